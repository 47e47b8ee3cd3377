package dev.sluice.telemetry;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.servable.Code;
import org.jspecify.annotations.Nullable;

/** A request as a test wants it; one that was answered, until it says otherwise. */
final class FakeRecord implements RequestRecord {
  Code code = Code.OK;
  String model = "m";
  long version = 3;
  long start;
  long decoded;
  long runStart;
  long runEnd;
  @Nullable TraceContext trace;

  /** Returns a request whose parts took so long, and whose run has just ended. */
  static FakeRecord of(long decodeNanos, long queueNanos, long runNanos) {
    FakeRecord record = new FakeRecord();
    record.runEnd = System.nanoTime();
    record.runStart = record.runEnd - runNanos;
    record.decoded = record.runStart - queueNanos;
    record.start = record.decoded - decodeNanos;
    return record;
  }

  /** Returns a request that came just now and got no further. */
  static FakeRecord failed(Code code) {
    FakeRecord record = new FakeRecord();
    record.start = System.nanoTime();
    record.code = code;
    return record;
  }

  @Override
  public Entrypoint entrypoint() {
    return Entrypoint.GRPC;
  }

  @Override
  public Api api() {
    return Api.PREDICT;
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public String signature() {
    return "s";
  }

  @Override
  public Code code() {
    return code;
  }

  @Override
  public String problem() {
    return "";
  }

  @Override
  public long startNanos() {
    return start;
  }

  @Override
  public long decodedNanos() {
    return decoded;
  }

  @Override
  public long runStartNanos() {
    return runStart;
  }

  @Override
  public long runEndNanos() {
    return runEnd;
  }

  @Override
  public long endNanos() {
    return 0;
  }

  @Override
  public long batchRows() {
    return 1;
  }

  @Override
  public long requestBytes() {
    return 0;
  }

  @Override
  public long answerBytes() {
    return 0;
  }

  @Override
  public String client() {
    return "";
  }

  @Override
  public @Nullable TraceContext trace() {
    return trace;
  }
}
