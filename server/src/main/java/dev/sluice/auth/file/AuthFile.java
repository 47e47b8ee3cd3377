package dev.sluice.auth.file;

import dev.sluice.auth.Grant;
import dev.sluice.auth.ModelPattern;
import dev.sluice.auth.Principal;
import dev.sluice.auth.Scope;
import dev.sluice.auth.verify.ApiKey;
import dev.sluice.auth.verify.JwtIssuer;
import dev.sluice.auth.verify.Subject;
import dev.sluice.auth.verify.Verifier;
import dev.sluice.config.ConfigException;
import dev.sluice.config.folder.YamlMap;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the file of {@code --auth_config_file} (docs/security.md). */
final class AuthFile {
  /** A key of fewer characters could be guessed. */
  private static final int SHORTEST_KEY = 16;

  private static final Set<String> KEYS =
      Set.of("anonymous", "api_keys", "jwt", "client_certificates");
  private static final Set<String> ANONYMOUS = Set.of("scopes", "models");
  private static final Set<String> API_KEY = Set.of("name", "sha256", "key", "scopes", "models");
  private static final Set<String> CERTIFICATE =
      Set.of("name", "subject", "san", "scopes", "models");

  private static final List<String> EVERY_MODEL = List.of("*");

  private final Secrets secrets;
  private final KeySets keySets;
  private final InstantSource clock;
  private final Set<String> digests = new HashSet<>();

  private AuthFile(Secrets secrets, KeySets keySets, InstantSource clock) {
    this.secrets = secrets;
    this.keySets = keySets;
    this.clock = clock;
  }

  /**
   * What a file says.
   *
   * @param sources of the keys of issuers
   */
  record Contents(Verifier.Admitted admitted, List<KeySets.Source> sources) {}

  /**
   * Reads a file.
   *
   * @throws ConfigException with file, line, column and key of what is wrong
   */
  static Contents read(Path file, Secrets secrets, KeySets keySets, InstantSource clock)
      throws ConfigException {
    return new AuthFile(secrets, keySets, clock).read(YamlMap.read(file, KEYS));
  }

  private Contents read(YamlMap root) throws ConfigException {
    List<ApiKey> keys = new ArrayList<>();
    for (YamlMap map : root.maps("api_keys", API_KEY)) {
      keys.add(new ApiKey(digest(map), principal(map)));
    }
    List<JwtIssuer> issuers = new ArrayList<>();
    List<KeySets.Source> sources = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlMap map : root.maps("jwt", JwtSection.KEYS)) {
      JwtSection section = JwtSection.read(map);
      if (!names.add(section.rules().issuer())) {
        throw map.refused("issuer", "an issuer that is not listed twice");
      }
      sources.add(section.source());
      issuers.add(new JwtIssuer(section.rules(), keySets.of(section.source()), clock));
    }
    List<Subject> subjects = new ArrayList<>();
    for (YamlMap map : root.maps("client_certificates", CERTIFICATE)) {
      subjects.add(subject(map));
    }
    return new Contents(new Verifier.Admitted(keys, issuers, subjects, anonymous(root)), sources);
  }

  private static @Nullable Principal anonymous(YamlMap root) throws ConfigException {
    YamlMap map = root.map("anonymous", ANONYMOUS).orElse(null);
    return map == null ? null : new Principal("anonymous", List.of(grant(map)));
  }

  private static Principal principal(YamlMap map) throws ConfigException {
    return new Principal(map.neededText("name"), List.of(grant(map)));
  }

  private static Grant grant(YamlMap map) throws ConfigException {
    Set<Scope> scopes = new HashSet<>();
    for (String name : map.texts("scopes")) {
      scopes.add(
          Scope.named(name).orElseThrow(() -> map.refused("scopes", "some of " + Scope.labels())));
    }
    if (scopes.isEmpty()) {
      throw map.refused("scopes", "some of " + Scope.labels());
    }
    return new Grant(scopes, models(map));
  }

  /** Returns the patterns of the key {@code models}; without it every model is meant. */
  static List<ModelPattern> models(YamlMap map) throws ConfigException {
    List<String> patterns = map.has("models") ? map.texts("models") : EVERY_MODEL;
    return patterns.stream().map(ModelPattern::new).toList();
  }

  private byte[] digest(YamlMap map) throws ConfigException {
    if (map.has("sha256") == map.has("key")) {
      throw map.unusable(
          "key",
          "either sha256, a key's digest, or key, where the key is",
          map.has("key") ? "both" : "neither");
    }
    byte[] digest = map.has("sha256") ? parsed(map) : ApiKey.digest(key(map));
    if (!digests.add(HexFormat.of().formatHex(digest))) {
      throw map.refused(map.has("sha256") ? "sha256" : "key", "a key that is not listed twice");
    }
    return digest;
  }

  private static byte[] parsed(YamlMap map) throws ConfigException {
    try {
      byte[] digest = HexFormat.of().parseHex(map.text("sha256"));
      if (digest.length == ApiKey.DIGEST_BYTES) {
        return digest;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw map.refused("sha256", "64 hexadecimal digits");
  }

  private String key(YamlMap map) throws ConfigException {
    String expected = "file: and a file's name, or env: and the name of a variable";
    try {
      String key = secrets.get(map.text("key"));
      if (key.length() < SHORTEST_KEY) {
        throw map.unusable(
            "key", "a key of at least %d characters".formatted(SHORTEST_KEY), "a shorter one");
      }
      return key;
    } catch (Secrets.MissingException e) {
      throw map.unusable("key", expected, String.valueOf(e.getMessage()));
    }
  }

  private static Subject subject(YamlMap map) throws ConfigException {
    if (map.has("subject") == map.has("san")) {
      throw map.refused("subject", "either subject, a distinguished name, or san, another name");
    }
    try {
      return map.has("san")
          ? new Subject(Subject.Kind.ALTERNATIVE, map.text("san"), principal(map))
          : new Subject(Subject.Kind.SUBJECT, map.text("subject"), principal(map));
    } catch (IllegalArgumentException e) {
      throw map.refused("subject", "a distinguished name, such as CN=name,O=organization");
    }
  }
}
