package dev.sluice.api.oip.json;

import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.InferChecks;
import dev.sluice.api.oip.InferInputs;
import dev.sluice.api.oip.RawBytes;
import dev.sluice.api.oip.RawValues;
import dev.sluice.api.oip.RegionSlice;
import dev.sluice.api.oip.SharedMemory;
import dev.sluice.servable.ServingException;
import java.lang.foreign.MemorySegment;

/**
 * Writes the values of a request's inputs to their tensors, one input after the other in the
 * request's order: those in the JSON, those in the raw bytes behind it, and those in shared memory.
 */
public final class TensorReader {
  /** The parameter that says how many raw bytes an input has. */
  private static final String RAW_SIZE = "binary_data_size";

  private final InferBody body;
  private final InferInputs inputs;
  private final SharedMemory regions;
  private long rawRead;

  /** Creates a reader of the inputs of one body. */
  public TensorReader(InferBody body, InferInputs inputs, SharedMemory regions) {
    this.body = body;
    this.inputs = inputs;
    this.regions = regions;
  }

  /**
   * Reads all inputs.
   *
   * @throws ServingException INVALID_ARGUMENT if one is missing, unknown, or its values are not
   *     what datatype and shape say
   */
  public void readAll() throws ServingException {
    for (InferInput input : body.inputs()) {
      read(input);
    }
    if (rawRead != body.rawLength()) {
      throw InferChecks.invalid(
          inputs.id(),
          "expected %d bytes behind the JSON for all inputs, found %d",
          rawRead,
          body.rawLength());
    }
    inputs.finish();
  }

  private void read(InferInput input) throws ServingException {
    int index = inputs.index(input.name());
    Datatype datatype = inputs.datatype(index, input.datatype());
    RegionSlice slice = RegionSlice.of(input.parameters());
    boolean raw = input.parameters().has(RAW_SIZE);
    requireOne(index, input.hasData(), raw, slice != null);
    if (slice != null) {
      RawValues.decode(inputs, index, datatype, input.shape(), regions.open(slice));
    } else if (raw) {
      RawValues.decode(inputs, index, datatype, input.shape(), RawBytes.of(nextRaw(index, input)));
    } else {
      new JsonTensor(body, inputs, index, datatype, input.shape(), input.data()).read();
    }
  }

  private void requireOne(int index, boolean json, boolean raw, boolean shared)
      throws ServingException {
    int places = (json ? 1 : 0) + (raw ? 1 : 0) + (shared ? 1 : 0);
    if (places != 1) {
      throw inputs.invalid(
          index,
          "one of data, %s and %s".formatted(RAW_SIZE, RegionSlice.REGION),
          Integer.toString(places));
    }
  }

  private MemorySegment nextRaw(int index, InferInput input) throws ServingException {
    long size = input.parameters().count(RAW_SIZE, 0);
    long left = body.rawLength() - rawRead;
    if (size > left) {
      throw inputs.invalid(
          index, size + " bytes behind the JSON and the inputs before", Long.toString(left));
    }
    MemorySegment raw =
        MemorySegment.ofArray(body.bytes()).asSlice(body.rawStart() + rawRead, size);
    rawRead += size;
    return raw;
  }
}
