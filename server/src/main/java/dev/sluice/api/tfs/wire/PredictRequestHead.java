package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.TensorAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

  private static final int ENTRY_KEY = 1 << 3 | 2;
  private static final int ENTRY_VALUE = 2 << 3 | 2;

  private final ProtoReader in;
  private final Map<String, TensorOutline> inputs = HashMap.newHashMap(4);
  private final List<String> outputFilter = new ArrayList<>(0);
  private final ModelSpecHead spec = new ModelSpecHead();
  private boolean hasModelSpec;

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
        case MODEL_SPEC -> {
          hasModelSpec = true;
          spec.merge(in);
        }
        case INPUTS -> readInput();
        case OUTPUT_FILTER -> outputFilter.add(in.readString());
        default -> in.skipField(tag);
      }
    }
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

  /** Returns the model that is asked; empty where there is no model_spec. */
  public ModelSpecHead spec() {
    return spec;
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
