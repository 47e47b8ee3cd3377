package dev.sluice.auth.file;

import com.nimbusds.jose.JWSAlgorithm;
import dev.sluice.auth.ModelPattern;
import dev.sluice.auth.verify.JwtRules;
import dev.sluice.config.ConfigException;
import dev.sluice.config.folder.YamlMap;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** One issuer of tokens in the file. */
record JwtSection(JwtRules rules, KeySets.Source source) {
  static final Set<String> KEYS =
      Set.of(
          "issuer",
          "jwks",
          "jwks_ca_file",
          "refresh_seconds",
          "audience",
          "algorithms",
          "scopes_claim",
          "scope_prefix",
          "models_claim",
          "models",
          "clock_skew_seconds");

  private static final int REFRESH_SECONDS = 300;
  private static final int SKEW_SECONDS = 60;
  private static final int MOST_SKEW_SECONDS = 600;
  private static final List<String> ALGORITHMS = List.of("RS256", "ES256");

  static JwtSection read(YamlMap map) throws ConfigException {
    List<String> audiences = map.texts("audience");
    if (audiences.isEmpty()) {
      // Without one, a token for any other service of the issuer would do.
      throw map.refused("audience", "whom the tokens are for");
    }
    int skew = map.atLeast(0, "clock_skew_seconds").orElse(SKEW_SECONDS);
    if (skew > MOST_SKEW_SECONDS) {
      throw map.refused("clock_skew_seconds", "at most " + MOST_SKEW_SECONDS);
    }
    String modelsClaim = map.text("models_claim");
    List<ModelPattern> models =
        modelsClaim.isEmpty() || map.has("models") ? AuthFile.models(map) : List.of();
    return new JwtSection(
        new JwtRules(
            map.neededText("issuer"),
            Set.copyOf(audiences),
            algorithms(map),
            map.has("scopes_claim") ? map.text("scopes_claim") : "scope",
            map.text("scope_prefix"),
            modelsClaim,
            models,
            Duration.ofSeconds(skew)),
        source(map));
  }

  private static Set<JWSAlgorithm> algorithms(YamlMap map) throws ConfigException {
    String expected = "some of " + new TreeSet<>(JwtRules.ALGORITHMS.keySet());
    Set<JWSAlgorithm> algorithms = new HashSet<>();
    for (String name : map.has("algorithms") ? map.texts("algorithms") : ALGORITHMS) {
      JWSAlgorithm algorithm = JwtRules.ALGORITHMS.get(name);
      if (algorithm == null) {
        throw map.refused("algorithms", expected);
      }
      algorithms.add(algorithm);
    }
    if (algorithms.isEmpty()) {
      throw map.refused("algorithms", expected);
    }
    return algorithms;
  }

  private static KeySets.Source source(YamlMap map) throws ConfigException {
    String text = map.neededText("jwks");
    try {
      URI location = URI.create(text);
      if ("https".equals(location.getScheme()) && location.getHost() != null) {
        return new KeySets.Source.Remote(
            text,
            map.has("jwks_ca_file")
                ? Optional.of(Path.of(map.text("jwks_ca_file")))
                : Optional.empty(),
            Duration.ofSeconds(map.atLeast(1, "refresh_seconds").orElse(REFRESH_SECONDS)));
      }
      if ("file".equals(location.getScheme())) {
        return new KeySets.Source.InFile(Path.of(location.getSchemeSpecificPart()));
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw map.refused("jwks", "a URL of https, or file: and a file's name");
  }
}
