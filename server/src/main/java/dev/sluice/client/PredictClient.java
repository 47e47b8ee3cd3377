package dev.sluice.client;

import dev.sluice.client.input.InputReader;
import dev.sluice.client.input.SourceFiles;
import dev.sluice.client.show.AnswerTable;
import dev.sluice.client.show.ModelText;
import dev.sluice.client.show.Screen;
import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.ModelMetadata;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Rows;
import dev.sluice.client.tensor.TensorJson;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.protos.tensorflow.SignatureDef;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Asks a model once, as a person does: reads its metadata, then the inputs, and shows the answer.
 */
public final class PredictClient {
  private final PredictSettings settings;
  private final SourceFiles files;
  private final PrintStream out;
  private final Screen screen;

  /**
   * Creates a client.
   *
   * @throws InputException if options contradict each other
   */
  public PredictClient(PredictOptions options, SourceFiles files, PrintStream out, Screen screen)
      throws InputException {
    this.settings = options.settings();
    this.files = files;
    this.out = out;
    this.screen = screen;
  }

  /**
   * Asks and prints.
   *
   * @throws InputException if the inputs are not what the model takes
   * @throws ServerException if the server is not there, has no such model, or refuses
   */
  public void run() throws InputException, ServerException, InterruptedException {
    try (ModelServer server = server()) {
      ModelMetadata metadata = server.metadata();
      SignatureDef signature = signature(metadata);
      if (settings.inputs().isEmpty()) {
        out.print(
            ModelText.of(
                title(metadata.version()) + " at " + settings.target().server(),
                metadata,
                command(),
                signature,
                screen));
        return;
      }
      List<TensorSpec> specs = TensorSpec.outputs(signature);
      checkOutputNames(specs);
      List<NamedTensor> inputs =
          new InputReader(settings.signature(), signature, settings.reading(), files)
              .read(settings.inputs());
      ask(server, Batches.of(inputs, settings.batch()), specs, metadata.version());
    }
  }

  private ModelServer server() throws InputException {
    try {
      return new ModelServer(settings.target(), settings.timeout(), settings.headers());
    } catch (IllegalArgumentException e) {
      throw new InputException("--header: " + e.getMessage());
    }
  }

  private String title(OptionalLong version) {
    return settings.target().model()
        + (version.isPresent() ? ", version " + version.getAsLong() : "");
  }

  private String command() {
    Target target = settings.target();
    StringBuilder command = new StringBuilder("./sluice predict ").append(target.model());
    if (!target.server().toString().equals(ServerUrl.DEFAULT)) {
      command.append(" --url=").append(target.server());
    }
    target.version().ifPresent(number -> command.append(" --version=").append(number));
    target.label().ifPresent(name -> command.append(" --label=").append(name));
    if (!settings.signature().equals(ModelMetadata.DEFAULT_SIGNATURE)) {
      command.append(" --signature=").append(settings.signature());
    }
    return command.toString();
  }

  private SignatureDef signature(ModelMetadata metadata) throws InputException {
    SignatureDef signature = metadata.signatures().getSignatureDefMap().get(settings.signature());
    if (signature == null) {
      Set<String> names = new TreeSet<>(metadata.signatures().getSignatureDefMap().keySet());
      throw new InputException(
          "%s has no signature %s; it has %s (--signature)"
              .formatted(
                  settings.target().title(),
                  settings.signature(),
                  names.isEmpty() ? "none" : String.join(", ", names)));
    }
    return signature;
  }

  private void checkOutputNames(List<TensorSpec> specs) throws InputException {
    List<String> names = specs.stream().map(TensorSpec::name).toList();
    for (String wanted : settings.outputs()) {
      if (!names.contains(wanted)) {
        throw new InputException(
            "--outputs=%s: the model has %s".formatted(wanted, String.join(", ", names)));
      }
    }
  }

  private void ask(
      ModelServer server,
      List<List<NamedTensor>> batches,
      List<TensorSpec> specs,
      OptionalLong version)
      throws InputException, ServerException, InterruptedException {
    String signature =
        settings.signature().equals(ModelMetadata.DEFAULT_SIGNATURE) ? "" : settings.signature();
    List<List<NamedTensor>> answers = new ArrayList<>();
    long nanos = 0;
    for (List<NamedTensor> batch : batches) {
      String body = TensorJson.columnRequest(signature, batch);
      long begun = System.nanoTime();
      String answer = server.predict(body);
      nanos += System.nanoTime() - begun;
      if (settings.json()) {
        out.println(answer.strip());
      }
      if (!settings.json() || settings.file().isPresent()) {
        answers.add(Answer.outputs(answer, specs));
      }
    }
    if (answers.isEmpty()) {
      return;
    }
    List<NamedTensor> all = Batches.join(answers);
    List<NamedTensor> outputs = chosen(all);
    if (!settings.json()) {
      show(outputs, all, batches.size(), nanos, version);
    }
    if (settings.file().isPresent()) {
      settings.file().get().write(outputs);
    }
  }

  private List<NamedTensor> chosen(List<NamedTensor> outputs) {
    if (settings.outputs().isEmpty()) {
      return outputs;
    }
    // In the order in which they were asked for.
    return settings.outputs().stream()
        .flatMap(name -> outputs.stream().filter(output -> output.name().equals(name)))
        .toList();
  }

  private void show(
      List<NamedTensor> outputs,
      List<NamedTensor> all,
      int requests,
      long nanos,
      OptionalLong version)
      throws InputException {
    if (settings.top().isPresent() && !AnswerTable.hasScores(outputs)) {
      throw new InputException("--top: no output is a vector of scores for each row");
    }
    out.print(new AnswerTable(outputs, all, settings.top(), screen).text());
    int rows = Rows.common(outputs);
    out.println(
        String.format(
            Locale.ROOT,
            "(%s%s%.1f ms, %s)",
            rows < 0 ? "" : counted(rows, "row") + ", ",
            requests == 1 ? "" : counted(requests, "request") + ", ",
            nanos / 1e6,
            title(version)));
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
