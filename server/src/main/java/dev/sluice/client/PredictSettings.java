package dev.sluice.client;

import dev.sluice.client.input.InputSettings;
import dev.sluice.client.save.AnswerFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is asked, and how the answer is shown.
 *
 * @param inputs files and values; none: show the model
 * @param batch rows of a request; empty: all
 * @param outputs that are shown; none: all
 * @param top how many of the largest scores are shown; empty: the vectors
 * @param json true if the answer is printed as it is
 */
record PredictSettings(
    Target target,
    String signature,
    Duration timeout,
    Map<String, String> headers,
    List<String> inputs,
    InputSettings reading,
    OptionalInt batch,
    List<String> outputs,
    OptionalInt top,
    boolean json,
    Optional<AnswerFile> file) {
  PredictSettings {
    headers = Map.copyOf(headers);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
