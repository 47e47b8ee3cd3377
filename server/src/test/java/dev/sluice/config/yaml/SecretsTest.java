package dev.sluice.config.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "api_token: x|api_token: ***",
        "  auth: {admin-tokens: [a, b]}|  auth: {admin-tokens: ***",
        "password: x y # z|password: ***",
        "\"client_secret\" : x|\"client_secret\" : ***",
        "token:|token:",
        "tokenizer: {base_path: /x}|tokenizer: {base_path: /x}",
        "port: 8500|port: 8500",
        "x: a token of thanks: 5|x: a token of thanks: 5",
      })
  void valuesOfSecretsAreHidden(String line, String shown) {
    assertEquals(shown.strip(), Secrets.hideIn(line).strip());
  }

  @ParameterizedTest
  @CsvSource({
    "auth.api_key,true",
    "models.tokenizer.base_path,false",
    "models.token.base_path,false",
    "API_TOKEN,true",
    "auth_tokens_file,false",
    "port,false",
  })
  void keysTellWhetherTheyAreSecrets(String key, boolean secret) {
    assertEquals(secret, Secrets.isSecret(key));
  }
}
