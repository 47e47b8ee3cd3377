package dev.sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagTrialTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--port|many|expected a whole number of 32 bits",
        "--port|70000|expected a number from 0 to 65535",
        "--rest_api_port|-1|expected a number from 0 to 65535",
        "--enable_batching|perhaps|expected true or false",
        "--version_policy|both|expected availability_preserving or resource_preserving",
        "--model_weights|a=99|expected MODEL=weight with weights from 0.125 to 8.0, found 'a=99'",
        "--model_repository|s3://b|expected local directories, found 's3://b'",
        "--ssl_config_file|/no/such|/no/such; No such file or directory",
      })
  void whatIsWrongAloneIsTold(String flag, String value, String expected) {
    assertEquals(Optional.of(expected), FlagTrial.complaint(flag, value));
  }

  @ParameterizedTest
  @CsvSource({
    "--port,0",
    "--port,1",
    "--batching_parameters_file,/no/such",
    "--model_base_path,/m",
    "--model_name,m",
    "--model_config_file,/no/such",
    "--use_alts_credentials,false",
    "--tensorflow_session_parallelism,3",
  })
  void whatOthersDecideIsNot(String flag, String value) {
    assertEquals(Optional.empty(), FlagTrial.complaint(flag, value));
  }

  @Test
  void aCommandLineTellsAllOfThem() throws ConfigException {
    assertEquals(
        List.of(
            "--port: expected a number from 0 to 65535",
            "--version_policy: expected availability_preserving or resource_preserving"),
        ServeOptions.parse("--port=1", "--port=70000", "--drain_seconds=1", "--version_policy=x")
            .complaints());
  }
}
