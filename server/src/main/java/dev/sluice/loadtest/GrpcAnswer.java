package dev.sluice.loadtest;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.Values;
import dev.sluice.loadtest.input.TensorValues;
import dev.sluice.protos.tensorflow.TensorProto;
import java.util.Map;
import java.util.Optional;

/** The outputs of a gRPC answer. */
record GrpcAnswer(Map<String, TensorProto> outputs) implements ParsedAnswer {
  @Override
  public Optional<String> difference(ParsedAnswer reference) {
    if (!(reference instanceof GrpcAnswer(var first))) {
      return Optional.of("an answer of another protocol");
    }
    if (!outputs.keySet().equals(first.keySet())) {
      return Optional.of(
          "outputs %s, and the first answer had %s".formatted(outputs.keySet(), first.keySet()));
    }
    for (var output : outputs.entrySet()) {
      TensorProto firstValue =
          first.getOrDefault(output.getKey(), TensorProto.getDefaultInstance());
      Optional<String> difference = difference(output.getKey(), output.getValue(), firstValue);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> difference(String name, TensorProto found, TensorProto first) {
    if (found.equals(first)) {
      return Optional.empty();
    }
    if (found.getDtype() != first.getDtype()) {
      return report(name, found.getDtype(), first.getDtype());
    }
    if (!found.getTensorShape().getDimList().equals(first.getTensorShape().getDimList())) {
      return Optional.of(name + ": another shape than in the first answer");
    }
    try {
      Optional<Values> values = TensorValues.of(found);
      Optional<Values> firstValues = TensorValues.of(first);
      return values.isEmpty() || firstValues.isEmpty()
          ? Optional.of(name + ": other values than in the first answer")
          : difference(name, values.get(), firstValues.get());
    } catch (InputException e) {
      return Optional.of(name + ": " + e.getMessage());
    }
  }

  private static Optional<String> difference(String name, Values found, Values first) {
    for (int i = 0; i < found.count(); i++) {
      if (!isSame(found, first, i)) {
        return report(
            found.count() == 1 ? name : name + "[" + i + "]", text(found, i), text(first, i));
      }
    }
    return Optional.empty();
  }

  private static boolean isSame(Values found, Values first, int at) {
    if (found instanceof Values.Reals(double[] values)
        && first instanceof Values.Reals(double[] others)) {
      return ParsedAnswer.isNear(values[at], others[at]);
    }
    if (found instanceof Values.Texts(var texts) && first instanceof Values.Texts(var others)) {
      return texts.get(at).equals(others.get(at));
    }
    return text(found, at).equals(text(first, at));
  }

  private static String text(Values values, int at) {
    return switch (values) {
      case Values.Reals(double[] elements) -> Double.toString(elements[at]);
      case Values.Integers(long[] elements) -> Long.toString(elements[at]);
      case Values.Booleans(boolean[] elements) -> Boolean.toString(elements[at]);
      case Values.Texts(var elements) -> elements.get(at).toStringUtf8();
    };
  }

  private static Optional<String> report(String at, Object found, Object first) {
    return Optional.of("%s: %s, and the first answer had %s".formatted(at, found, first));
  }
}
