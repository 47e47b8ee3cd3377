package dev.sluice.loadtest;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.protos.serving.PredictRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A request as the user has it. */
sealed interface RequestFile {
  /** The body of a REST request. */
  record Json(String text, JsonObject body) implements RequestFile {
    private static final String SIGNATURE = "signature_name";

    /** Returns the signature that it names; empty if none. */
    String signature() {
      return body.get(SIGNATURE) instanceof JsonPrimitive name ? name.getAsString() : "";
    }

    /** Returns the body with another signature. */
    String withSignature(String name) {
      JsonObject changed = body.deepCopy();
      changed.addProperty(SIGNATURE, name);
      return changed.toString();
    }
  }

  /** A binary message. */
  record Proto(PredictRequest request) implements RequestFile {}

  /**
   * Reads a file of either kind.
   *
   * @throws BenchException if it is neither
   */
  static RequestFile read(Path path) throws BenchException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new BenchException("--input=%s: there is no such file".formatted(path));
    } catch (IOException e) {
      throw new BenchException("--input=%s: cannot be read: %s".formatted(path, e.getMessage()));
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    // A message may begin with what looks like white space and a brace, so both kinds are tried.
    if (text.stripLeading().startsWith("{")) {
      try {
        if (JsonParser.parseString(text) instanceof JsonObject body) {
          return new Json(text, body);
        }
      } catch (JsonParseException e) {
        if (text.startsWith("{")) {
          throw new BenchException("--input=%s: not JSON: %s".formatted(path, e.getMessage()));
        }
      }
    }
    try {
      PredictRequest request = PredictRequest.parseFrom(bytes);
      if (request.getInputsCount() > 0) {
        return new Proto(request);
      }
    } catch (InvalidProtocolBufferException e) {
      // Reported below.
    }
    throw new BenchException(
        "--input=%s: neither a JSON object nor a binary PredictRequest with inputs"
            .formatted(path));
  }
}
