package dev.sluice.telemetry;

import dev.sluice.metrics.Api;
import dev.sluice.metrics.Entrypoint;
import dev.sluice.servable.Code;
import org.jspecify.annotations.Nullable;

/**
 * One request, as those see it who measure, trace and log requests. Valid only while a listener is
 * called. The exchange itself implements it, so that it costs no object.
 *
 * <p>Times are in nanoseconds on the scale of {@link System#nanoTime}.
 */
public interface RequestRecord {
  /** What {@link #version} returns if none was found. */
  long NO_VERSION = -1;

  /** Returns the protocol that the request came by. */
  Entrypoint entrypoint();

  /** Returns what was asked for. */
  Api api();

  /** Returns the model as the client named it; empty if it named none. */
  String model();

  /** Returns the version that was to answer; {@link #NO_VERSION} if none was found. */
  long version();

  /** Returns the key of the signature; empty if none was selected. */
  String signature();

  /** Returns how the request ended. */
  Code code();

  /** Returns what the client was told of a failure; empty for success. */
  String problem();

  /** Returns when the request's bytes were there. */
  long startNanos();

  /** Returns when the inputs were decoded and handed to the servable; 0 if they never were. */
  long decodedNanos();

  /** Returns when the engine began; 0 if it never ran. */
  long runStartNanos();

  /** Returns when the engine had done its work; 0 if it never ran. */
  long runEndNanos();

  /** Returns when the answer had been handed to the transport. */
  long endNanos();

  /** Returns how many rows had the run that the request shared; 0 if that is unknown. */
  long batchRows();

  /** Returns the size of the request's body or message as it was sent. */
  long requestBytes();

  /** Returns the size of the answer's body or message; 0 if there was none. */
  long answerBytes();

  /** Returns the client's address as text, made when it is asked for; empty if unknown. */
  String client();

  /** Returns what {@link RequestListener#begins} returned. */
  @Nullable TraceContext trace();
}
