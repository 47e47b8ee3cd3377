package dev.sluice.client.input;

import dev.sluice.client.tensor.InputException;
import dev.sluice.client.tensor.NamedTensor;
import dev.sluice.client.tensor.Rows;
import dev.sluice.client.tensor.TensorSpec;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.SignatureDef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads all that the user gives for one signature, and checks it against that. */
public final class InputReader {
  private final String signatureName;
  private final SignatureDef signature;
  private final List<TensorSpec> specs;
  private final InputSettings settings;
  private final SourceFiles files;

  /** Creates a reader for a signature of this name. */
  public InputReader(
      String signatureName, SignatureDef signature, InputSettings settings, SourceFiles files) {
    this.signatureName = signatureName;
    this.signature = signature;
    this.specs = TensorSpec.inputs(signature);
    this.settings = settings;
    this.files = files;
  }

  /**
   * Returns the inputs; several arguments for one input follow each other in it.
   *
   * @param arguments each a file or a value, with {@code name=} before it if it is for one input of
   *     several
   * @throws InputException if they cannot be read, or are not what the model takes
   */
  public List<NamedTensor> read(List<String> arguments) throws InputException {
    Map<String, List<NamedTensor>> parts = new LinkedHashMap<>();
    for (String argument : arguments) {
      for (NamedTensor part : tensors(argument)) {
        parts.computeIfAbsent(part.name(), _ -> new ArrayList<>()).add(checked(part));
      }
    }
    Set<String> missing = new TreeSet<>(required());
    missing.removeAll(parts.keySet());
    if (!missing.isEmpty()) {
      throw new InputException(
          "nothing for the input%s %s; the model takes %s"
              .formatted(missing.size() == 1 ? "" : "s", String.join(", ", missing), takes()));
    }
    List<NamedTensor> inputs = new ArrayList<>();
    for (List<NamedTensor> part : parts.values()) {
      inputs.add(Rows.concat(part));
    }
    return inputs;
  }

  private Set<String> required() {
    Set<String> required = new TreeSet<>(signature.getInputsMap().keySet());
    required.removeAll(signature.getDefaultsMap().keySet());
    return required;
  }

  private String takes() {
    return String.join(
        ", ", specs.stream().map(spec -> spec.name() + " (" + spec.text() + ")").toList());
  }

  private NamedTensor checked(NamedTensor tensor) throws InputException {
    TensorSpec spec = spec(tensor.name());
    if (spec.fitsAsRow(tensor.shape())) {
      return new NamedTensor(
          tensor.name(), tensor.dtype(), TensorSpec.prepend(1, tensor.shape()), tensor.values());
    }
    if (!spec.fits(tensor.shape())) {
      throw new InputException(
          "the input %s: expected the shape %s, found %s"
              .formatted(tensor.name(), spec.shapeText(), tensor.shape()));
    }
    return tensor;
  }

  private TensorSpec spec(String name) throws InputException {
    return specs.stream()
        .filter(spec -> spec.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "the model has no input %s; it takes %s".formatted(name, takes())));
  }

  private List<NamedTensor> tensors(String argument) throws InputException {
    Argument parts = Argument.of(argument, files, settings.format());
    Optional<TensorSpec> named = Optional.empty();
    if (parts.name().isPresent()) {
      named = Optional.of(spec(parts.name().get()));
    }
    if (!parts.isFile()) {
      TensorSpec spec = named.isPresent() ? named.get() : only(argument);
      return List.of(ValueText.tensor(spec, parts.value()));
    }
    byte[] content = files.content(parts.value());
    return ofFile(
        parts.value(),
        parts.format().orElseGet(() -> InputFormat.ofContent(content)),
        content,
        named);
  }

  private TensorSpec only(String argument) throws InputException {
    if (specs.size() == 1) {
      return specs.getFirst();
    }
    Set<String> required = required();
    if (required.size() == 1) {
      return spec(required.iterator().next());
    }
    throw new InputException(
        "--input=%s: for which input? Write NAME=%s; the model takes %s"
            .formatted(argument, argument, takes()));
  }

  private List<NamedTensor> ofFile(
      String file, InputFormat format, byte[] content, Optional<TensorSpec> named)
      throws InputException {
    String source = SourceFiles.title(file);
    return switch (format) {
      case JSON ->
          new JsonFile(source, signatureName, signature)
              .read(SourceFiles.text(source, content), named);
      case CSV, TSV -> {
        char separator = format == InputFormat.CSV ? ',' : '\t';
        List<TensorSpec> columns = named.map(List::of).orElse(specs);
        yield new CsvInput(
                source, columns, named.isPresent() ? Set.of(named.get().name()) : required())
            .read(CsvReader.read(source, SourceFiles.text(source, content), separator));
      }
      case NPY -> {
        TensorSpec spec = named.isPresent() ? named.get() : only(file);
        yield List.of(
            Conversion.of(source, NpyReader.npy(source, spec.name(), content), spec.dtype()));
      }
      case NPZ -> arrays(source, content);
      case IMAGE -> {
        TensorSpec spec = named.isPresent() ? named.get() : only(file);
        yield List.of(new ImageInput(source, spec, settings.scale()).read(content));
      }
      case TEXT ->
          List.of(
              lines(
                  source,
                  SourceFiles.text(source, content),
                  named.isPresent() ? named.get() : only(file)));
    };
  }

  private List<NamedTensor> arrays(String source, byte[] content) throws InputException {
    List<NamedTensor> inputs = new ArrayList<>();
    for (NamedTensor array : NpyReader.npz(source, content)) {
      DataType wanted = spec(array.name()).dtype();
      inputs.add(Conversion.of(source + ", " + array.name(), array, wanted));
    }
    return inputs;
  }

  private static NamedTensor lines(String source, String text, TensorSpec spec)
      throws InputException {
    List<String> lines = text.lines().toList();
    List<Integer> shape =
        spec.flatShape(lines.size())
            .orElseThrow(
                () ->
                    new InputException(
                        "%s: expected %s for the input %s, found %d lines"
                            .formatted(source, spec.text(), spec.name(), lines.size())));
    return TextValues.tensor(spec, shape, lines, i -> source + ", line " + (i + 1));
  }
}
