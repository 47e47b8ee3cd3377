package dev.sluice.client.tensor;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.sluice.protos.serving.SignatureDefMap;
import java.util.OptionalLong;

/**
 * What a server says of a model.
 *
 * @param version the one that answered; empty if it did not say
 */
public record ModelMetadata(OptionalLong version, SignatureDefMap signatures) {
  /** What a request means that names no signature. */
  public static final String DEFAULT_SIGNATURE = "serving_default";

  /**
   * Reads the answer over REST.
   *
   * @throws InputException if it is none
   */
  public static ModelMetadata ofJson(String answer) throws InputException {
    try {
      JsonObject body = JsonParser.parseString(answer).getAsJsonObject();
      if (!(body.get("metadata") instanceof JsonObject metadata)) {
        throw new InputException("no metadata");
      }
      SignatureDefMap.Builder signatures = SignatureDefMap.newBuilder();
      JsonFormat.parser()
          .ignoringUnknownFields()
          .merge(String.valueOf(metadata.get("signature_def")), signatures);
      return new ModelMetadata(version(body), signatures.build());
    } catch (JsonParseException | IllegalStateException | InvalidProtocolBufferException e) {
      throw new InputException("no metadata: " + e.getMessage());
    }
  }

  private static OptionalLong version(JsonObject body) {
    JsonElement version =
        body.get("model_spec") instanceof JsonObject spec ? spec.get("version") : null;
    return version == null || !version.isJsonPrimitive()
        ? OptionalLong.empty()
        : OptionalLong.of(version.getAsLong());
  }
}
