package dev.sluice.api.tfs;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.sluice.lifecycle.ServableLease;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.protos.serving.GetModelStatusResponse;
import dev.sluice.servable.ServingException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Answers what a model is: its versions' states and its signatures (rest.md §8). Blocks nowhere. */
final class RestModelInfo {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().alwaysPrintFieldsWithNoPresence().preservingProtoFieldNames();

  private final Predictor predictor;
  private final StatusView statuses;

  RestModelInfo(Predictor predictor, StatusView statuses) {
    this.predictor = predictor;
    this.statuses = statuses;
  }

  /** Returns the states of one version, or of all; a label is ignored, as in the reference. */
  byte[] status(RestRoute.Status route) throws ServingException {
    OptionalLong version =
        route.version() instanceof VersionChoice.Specific(long number)
            ? OptionalLong.of(number)
            : OptionalLong.empty();
    GetModelStatusResponse answer = ModelStatus.of(statuses, route.model(), version);
    return print(answer).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the signatures of an available version. */
  byte[] metadata(RestRoute.Metadata route) throws ServingException {
    ServableLease lease = predictor.acquire(route.model(), route.version());
    try {
      String signatures = print(ModelMetadata.signatures(lease.servable()));
      StringBuilder body = new StringBuilder("{\n\"model_spec\":{\n \"name\": ");
      body.append(JsonText.quote(route.model()));
      body.append(",\n \"signature_name\": \"\",\n \"version\": \"").append(lease.id().version());
      body.append("\"\n}\n,\n\"metadata\": {\"signature_def\": ").append(signatures);
      return body.append("}\n}\n").toString().getBytes(StandardCharsets.UTF_8);
    } finally {
      lease.release();
    }
  }

  private static String print(com.google.protobuf.Message message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message of our own cannot be printed", e);
    }
  }
}
