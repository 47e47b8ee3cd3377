package dev.sluice.api.oip.json;

import dev.sluice.api.json.JsonEscapes;
import dev.sluice.api.json.JsonSink;
import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.InferChecks;
import dev.sluice.api.oip.RawValues;
import dev.sluice.api.oip.RegionSlice;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Writes an answer: JSON, and behind it the outputs that are wanted as raw bytes. */
public final class InferAnswer {
  private final JsonSink sink;
  private final ServableId id;
  private boolean firstOutput = true;

  /** Creates a writer that appends to a sink. */
  public InferAnswer(JsonSink sink, ServableId id) {
    this.sink = sink;
    this.id = id;
  }

  /**
   * Begins the JSON.
   *
   * @param requestId what the client calls the request; empty if it has no name
   */
  public void begin(String requestId) {
    sink.ascii("{\"model_name\":");
    quoted(id.model());
    sink.ascii(",\"model_version\":\"");
    sink.number(id.version());
    sink.put('"');
    if (!requestId.isEmpty()) {
      sink.ascii(",\"id\":");
      quoted(requestId);
    }
    sink.ascii(",\"outputs\":[");
  }

  /** Writes an output with its values as JSON. */
  public void json(String name, Tensor tensor) throws ServingException {
    head(name, datatype(name, tensor), tensor.shape());
    sink.ascii(",\"data\":[");
    new FlatText(sink, id, name, tensor).write();
    sink.ascii("]}");
  }

  /** Writes what precedes the values of an output that is {@linkplain #raw appended} as bytes. */
  public void binary(String name, Tensor tensor) throws ServingException {
    head(name, datatype(name, tensor), tensor.shape());
    sink.ascii(",\"parameters\":{\"binary_data_size\":");
    sink.number(RawValues.size(tensor));
    sink.ascii("}}");
  }

  /**
   * Writes where the values of an output have been put.
   *
   * @param size how many bytes there are
   */
  public void shared(String name, Tensor tensor, RegionSlice slice, long size)
      throws ServingException {
    head(name, datatype(name, tensor), tensor.shape());
    sink.ascii(",\"parameters\":{\"" + RegionSlice.REGION + "\":");
    quoted(slice.region());
    sink.ascii(",\"" + RegionSlice.BYTE_SIZE + "\":");
    sink.number(size);
    if (slice.offset() != 0) {
      sink.ascii(",\"" + RegionSlice.OFFSET + "\":");
      sink.number(slice.offset());
    }
    sink.ascii("}}");
  }

  private void head(String name, Datatype datatype, Shape shape) {
    sink.ascii(firstOutput ? "{\"name\":" : ",{\"name\":");
    firstOutput = false;
    quoted(name);
    sink.ascii(",\"datatype\":\"");
    sink.ascii(datatype.name());
    sink.ascii("\",\"shape\":[");
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (axis > 0) {
        sink.put(',');
      }
      sink.number(shape.dim(axis));
    }
    sink.put(']');
  }

  /** Ends the JSON; returns its length. */
  public int end() {
    sink.ascii("]}");
    return sink.length();
  }

  /** Appends an output's values: strings each behind four bytes that say how long they are. */
  public void raw(Tensor tensor) {
    MemorySegment data = tensor.data();
    if (tensor.dtype() != DataType.STRING) {
      append(data);
      return;
    }
    long elements = tensor.shape().elements();
    for (long i = 0; i < elements; i++) {
      MemorySegment element = StringTensors.element(data, elements, i);
      int length = (int) element.byteSize();
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        sink.put(length >>> shift);
      }
      append(element);
    }
  }

  private void append(MemorySegment from) {
    if (from.byteSize() > Integer.MAX_VALUE) {
      throw new OutOfMemoryError("an answer of more than " + Integer.MAX_VALUE + " bytes");
    }
    int count = (int) from.byteSize();
    byte[] to = sink.reserve(count);
    int start = sink.length();
    MemorySegment.copy(from, 0, MemorySegment.ofArray(to), start, count);
    sink.setLength(start + count);
  }

  private Datatype datatype(String name, Tensor tensor) throws ServingException {
    Datatype datatype = Datatype.of(tensor.dtype());
    if (datatype == null) {
      throw InferChecks.invalid(
          id, "output %s: its type %s is none of the protocol's", name, tensor.dtype().label());
    }
    return datatype;
  }

  private void quoted(String text) {
    JsonEscapes.writeQuoted(sink, text.getBytes(StandardCharsets.UTF_8));
  }
}
