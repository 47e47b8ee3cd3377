package dev.sluice.loadtest;

import dev.sluice.client.tensor.ModelMetadata;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.tensorflow.SignatureDef;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the server says of the model.
 *
 * @param version the one that answered; empty if it did not say
 */
record ModelInfo(OptionalLong version, SignatureDefMap signatures) {
  /** What a request means that names no signature. */
  static final String DEFAULT_SIGNATURE = ModelMetadata.DEFAULT_SIGNATURE;

  /**
   * Returns a signature.
   *
   * @throws BenchException with the names of those there, if it is not one of them
   */
  SignatureDef signature(String name) throws BenchException {
    SignatureDef signature = signatures.getSignatureDefMap().get(name);
    if (signature == null) {
      Set<String> names = new TreeMap<>(signatures.getSignatureDefMap()).keySet();
      throw new BenchException(
          "no signature %s; the model has %s"
              .formatted(name, names.isEmpty() ? "none" : String.join(", ", names)));
    }
    return signature;
  }

  /** Returns the version for people; empty if it is not known. */
  Optional<String> versionText() {
    return version.isPresent() ? Optional.of("version " + version.getAsLong()) : Optional.empty();
  }
}
