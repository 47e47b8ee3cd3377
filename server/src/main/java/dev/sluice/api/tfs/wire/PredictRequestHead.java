package dev.sluice.api.tfs.wire;

import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.TensorAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a PredictRequest asks for: everything but the values of its inputs, of which it knows where
 * they are (grpc.md §2.3).
 *
 * <p>The scan reads every tag and length, so that fields may come in any order and more than once;
 * values are then decoded into memory that is known only after the model has been found. Valid
 * until the message is closed.
 */
public final class PredictRequestHead {
  private static final int MODEL_SPEC = 1 << 3 | 2;
  private static final int INPUTS = 2 << 3 | 2;
  private static final int OUTPUT_FILTER = 3 << 3 | 2;

  private static final int SPEC_NAME = 1 << 3 | 2;
  private static final int SPEC_VERSION = 2 << 3 | 2;
  private static final int SPEC_SIGNATURE = 3 << 3 | 2;
  private static final int SPEC_LABEL = 4 << 3 | 2;
  private static final int INT64_VALUE = 1 << 3;

  private static final int ENTRY_KEY = 1 << 3 | 2;
  private static final int ENTRY_VALUE = 2 << 3 | 2;

  private final ProtoReader in;
  private final Map<String, TensorOutline> inputs = HashMap.newHashMap(4);
  private final List<String> outputFilter = new ArrayList<>(0);
  private boolean hasModelSpec;
  private String model = "";
  private String signature = "";
  private boolean hasVersion;
  private long version;
  private @Nullable String label;

  private PredictRequestHead(ProtoReader in) {
    this.in = in;
  }

  /**
   * Scans a message.
   *
   * @throws MalformedMessageException if it is no PredictRequest
   */
  public static PredictRequestHead scan(MessageBytes message) throws MalformedMessageException {
    if (!message.isReadable()) {
      throw new MalformedMessageException();
    }
    PredictRequestHead head = new PredictRequestHead(new ProtoReader(message));
    head.scan();
    return head;
  }

  private void scan() throws MalformedMessageException {
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case MODEL_SPEC -> mergeModelSpec();
        case INPUTS -> readInput();
        case OUTPUT_FILTER -> outputFilter.add(in.readString());
        default -> in.skipField(tag);
      }
    }
  }

  private void mergeModelSpec() throws MalformedMessageException {
    hasModelSpec = true;
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case SPEC_NAME -> model = in.readString();
        case SPEC_SIGNATURE -> signature = in.readString();
        case SPEC_VERSION -> mergeVersion();
        case SPEC_LABEL -> {
          label = in.readString();
          hasVersion = false;
        }
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  /** Version and label share a oneof: the last one sent counts. */
  private void mergeVersion() throws MalformedMessageException {
    if (!hasVersion) {
      hasVersion = true;
      version = 0;
      label = null;
    }
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      if (tag == INT64_VALUE) {
        version = in.readVarint();
      } else {
        in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  private void readInput() throws MalformedMessageException {
    String name = "";
    TensorOutline tensor = new TensorOutline();
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case ENTRY_KEY -> name = in.readString();
        case ENTRY_VALUE -> tensor.merge(in, in.readLength());
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
    inputs.put(name, tensor);
  }

  /** Returns true if the request has a model_spec at all. */
  public boolean hasModelSpec() {
    return hasModelSpec;
  }

  /** Returns the model's name; may be empty. */
  public String model() {
    return model;
  }

  /** Returns which version is wanted. */
  public VersionChoice version() {
    String wanted = label;
    if (wanted != null) {
      return new VersionChoice.Labelled(wanted);
    }
    return hasVersion ? new VersionChoice.Specific(version) : VersionChoice.LATEST;
  }

  /** Returns the signature's key; empty for the default. */
  public String signature() {
    return signature;
  }

  /** Returns the names of the outputs wanted; empty for all. */
  public List<String> outputFilter() {
    return outputFilter;
  }

  /** Returns the names of the inputs sent, in no particular order. */
  public Set<String> inputs() {
    return inputs.keySet();
  }

  /**
   * Decodes the value of an input into memory that the allocator gives.
   *
   * @param index which input of the signature it is, for messages
   * @return false if the request has no input of that name
   * @throws MalformedMessageException if the values are no list of such values
   * @throws ServingException INVALID_ARGUMENT if type, shape and values make no tensor,
   *     RESOURCE_EXHAUSTED if it is too large
   */
  public boolean decode(int index, TensorSpec spec, TensorAllocator memory)
      throws MalformedMessageException, ServingException {
    TensorOutline tensor = inputs.get(spec.name());
    if (tensor == null) {
      return false;
    }
    TensorDecoder.decode(in, tensor, index, spec, memory);
    return true;
  }
}
