package dev.sluice.logs;

import dev.sluice.api.Operation;
import dev.sluice.servable.Code;
import dev.sluice.telemetry.RequestRecord;
import dev.sluice.telemetry.RequestTimes;
import java.time.Instant;

/** Entries that tests write. */
final class Entries {
  static final RequestTimes TIMES = new RequestTimes(10_400, 20_000, 1_300_000, 5_000);

  private static final Instant BEGAN = Instant.parse("2026-11-26T07:00:00.123456Z");
  private static final RequestEntry.Reason ACCESS = new RequestEntry.Reason(true, false);

  private Entries() {}

  static RequestEntry rest() {
    return new RequestEntry(
        BEGAN,
        ACCESS,
        new Operation.Rest("/v1/models/", ":predict"),
        "half_plus_two",
        123,
        "serving_default",
        Code.OK,
        "",
        57,
        42,
        8,
        TIMES,
        "10.1.2.3",
        "4bf92f3577b34da6a3ce929d0e0e4736");
  }

  /** A call that was refused, of a model whose name a client has made to do harm. */
  static RequestEntry grpc(String model, String problem) {
    return new RequestEntry(
        BEGAN,
        ACCESS,
        new Operation.Grpc("tensorflow.serving.PredictionService", "Predict"),
        model,
        RequestRecord.NO_VERSION,
        "",
        Code.NOT_FOUND,
        problem,
        57,
        0,
        0,
        new RequestTimes(10_000, 0, 0, 0),
        "",
        null);
  }
}
