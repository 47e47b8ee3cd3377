package dev.sluice.api.oip.wire;

import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.InferChecks;
import dev.sluice.api.oip.InferInputs;
import dev.sluice.api.oip.Parameter;
import dev.sluice.api.oip.Parameters;
import dev.sluice.api.oip.PartCounts;
import dev.sluice.api.oip.RawBytes;
import dev.sluice.api.oip.RawValues;
import dev.sluice.api.oip.RegionSlice;
import dev.sluice.api.oip.RequestedOutput;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a ModelInferRequest asks for: everything but the values of its inputs, of which it knows
 * where they are.
 *
 * <p>The scan reads every tag and length; values are then decoded into memory that is known only
 * after the model has been found. Valid until the message is closed.
 */
public final class ModelInferRequestHead {
  private static final int MODEL_NAME = 1 << 3 | 2;
  private static final int MODEL_VERSION = 2 << 3 | 2;
  private static final int ID = 3 << 3 | 2;
  private static final int PARAMETERS = 4 << 3 | 2;
  private static final int INPUTS = 5 << 3 | 2;
  private static final int OUTPUTS = 6 << 3 | 2;
  private static final int RAW_INPUT_CONTENTS = 7 << 3 | 2;

  private static final int OUTPUT_NAME = 1 << 3 | 2;
  private static final int OUTPUT_PARAMETERS = 2 << 3 | 2;

  private final ProtoReader in;
  private final PartCounts counts = new PartCounts();
  private final List<InputOutline> inputs = new ArrayList<>(2);
  private final List<OutputWish> outputs = new ArrayList<>(0);
  private String model = "";
  private String version = "";
  private String id = "";
  private @Nullable Map<String, Parameter> parameters;
  private int[] rawStarts = new int[2];
  private int[] rawLengths = new int[2];
  private int rawCount;

  private record OutputWish(String name, Map<String, Parameter> parameters) {}

  private ModelInferRequestHead(ProtoReader in) {
    this.in = in;
  }

  /**
   * Scans a message.
   *
   * @throws MalformedMessageException if it is no ModelInferRequest
   * @throws ServingException INVALID_ARGUMENT if it has too many parts
   */
  public static ModelInferRequestHead scan(MessageBytes message)
      throws MalformedMessageException, ServingException {
    if (!message.isReadable()) {
      throw new MalformedMessageException();
    }
    ModelInferRequestHead head = new ModelInferRequestHead(new ProtoReader(message));
    head.scan();
    return head;
  }

  private void scan() throws MalformedMessageException, ServingException {
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case MODEL_NAME -> model = in.readString();
        case MODEL_VERSION -> version = in.readString();
        case ID -> id = in.readString();
        case PARAMETERS -> parameters = ParameterFields.read(in, parameters, counts);
        case INPUTS -> inputs.add(InputOutline.read(in, counts));
        case OUTPUTS -> outputs.add(readOutput());
        case RAW_INPUT_CONTENTS -> addRaw(in.readLength());
        default -> in.skipField(tag);
      }
    }
  }

  private OutputWish readOutput() throws MalformedMessageException, ServingException {
    counts.addOutput();
    String name = "";
    Map<String, Parameter> given = null;
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case OUTPUT_NAME -> name = in.readString();
        case OUTPUT_PARAMETERS -> given = ParameterFields.read(in, given, counts);
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
    return new OutputWish(name, given == null ? Map.of() : given);
  }

  private void addRaw(int length) throws MalformedMessageException {
    if (rawCount == rawStarts.length) {
      rawStarts = Arrays.copyOf(rawStarts, 2 * rawCount);
      rawLengths = Arrays.copyOf(rawLengths, 2 * rawCount);
    }
    rawStarts[rawCount] = in.position();
    rawLengths[rawCount++] = length;
    in.skip(length);
  }

  /** Returns the model's name; may be empty. */
  public String model() {
    return model;
  }

  /** Returns which version is wanted; empty for the highest. */
  public String version() {
    return version;
  }

  /** Returns what the answer is to be told apart by; may be empty. */
  public String id() {
    return id;
  }

  /** Returns the request's own parameters. */
  public Parameters parameters() {
    return new Parameters(
        "a request for model " + model, parameters == null ? Map.of() : parameters);
  }

  /** Returns the outputs wanted; empty for all. */
  public List<RequestedOutput> outputs() throws ServingException {
    if (outputs.isEmpty()) {
      return List.of();
    }
    List<RequestedOutput> wanted = new ArrayList<>(outputs.size());
    for (OutputWish output : outputs) {
      wanted.add(
          RequestedOutput.of(
              output.name(),
              new Parameters(
                  "output %s of a request for model %s".formatted(output.name(), model),
                  output.parameters())));
    }
    return wanted;
  }

  /** Returns true if an input brings its values in a typed list. */
  public boolean hasTypedInputs() {
    for (InputOutline input : inputs) {
      if (input.contents() != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * Decodes all inputs.
   *
   * @throws MalformedMessageException if values are no list of such values
   * @throws ServingException INVALID_ARGUMENT if they are not what the model wants, or not all of
   *     it; RESOURCE_EXHAUSTED if there is no memory for them
   */
  public void decode(InferInputs target, SharedMemory regions)
      throws MalformedMessageException, ServingException {
    int raw = 0;
    for (InputOutline input : inputs) {
      int index = target.index(input.name());
      Datatype datatype = target.datatype(index, input.datatype());
      Shape shape = input.shape();
      RegionSlice region = region(input);
      if (region != null) {
        requireNoContents(target, index, input, RegionSlice.REGION);
        RawValues.decode(target, index, datatype, shape, regions.open(region));
      } else if (rawCount > 0) {
        requireNoContents(target, index, input, "raw_input_contents");
        RawValues.decode(target, index, datatype, shape, raw(target, index, raw++));
      } else {
        decodeTyped(target, index, datatype, shape, input.contents());
      }
    }
    if (raw != rawCount) {
      throw InferChecks.invalid(
          target.id(),
          "expected %d raw_input_contents, one for each input that is not in shared memory, found"
              + " %d",
          raw,
          rawCount);
    }
    target.finish();
  }

  private @Nullable RegionSlice region(InputOutline input) throws ServingException {
    return input.parameters().isEmpty()
        ? null
        : RegionSlice.of(
            new Parameters(
                "input %s of a request for model %s".formatted(input.name(), model),
                input.parameters()));
  }

  private static void requireNoContents(
      InferInputs target, int index, InputOutline input, String other) throws ServingException {
    if (input.contents() != null) {
      throw target.invalid(index, "values in contents or in " + other, "both");
    }
  }

  private RawBytes raw(InferInputs target, int index, int number) throws ServingException {
    if (number >= rawCount) {
      throw target.invalid(index, "raw_input_contents number " + (number + 1), "only " + rawCount);
    }
    return new MessageRawBytes(in, rawStarts[number], rawLengths[number]);
  }

  private void decodeTyped(
      InferInputs target,
      int index,
      Datatype datatype,
      Shape shape,
      @Nullable ContentsOutline contents)
      throws MalformedMessageException, ServingException {
    ContentsOutline given = contents == null ? new ContentsOutline() : contents;
    new ContentsDecoder(in, given, target, index, datatype, shape).decode();
  }
}
