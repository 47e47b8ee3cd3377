package dev.sluice.api.oip.wire;

import dev.sluice.api.oip.Datatype;
import dev.sluice.api.oip.InferInputs;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Decodes one input whose values are in typed lists. Their number is checked before memory is asked
 * for, as far as lengths tell it: few bytes cannot stand for many.
 */
final class ContentsDecoder {
  private final ProtoReader in;
  private final ContentsOutline contents;
  private final InferInputs inputs;
  private final int index;
  private final Datatype datatype;
  private final Shape shape;
  private final long elements;

  ContentsDecoder(
      ProtoReader in,
      ContentsOutline contents,
      InferInputs inputs,
      int index,
      Datatype datatype,
      Shape shape)
      throws ServingException {
    this.in = in;
    this.contents = contents;
    this.inputs = inputs;
    this.index = index;
    this.datatype = datatype;
    this.shape = shape;
    this.elements = inputs.elements(index, shape);
  }

  void decode() throws MalformedMessageException, ServingException {
    ContentsList list = ContentsList.of(datatype);
    if (list == null) {
      throw inputs.invalid(index, "values in raw_input_contents for " + datatype, "none there");
    }
    if (!contents.others(list).isEmpty()) {
      throw inputs.invalid(
          index,
          "%s values in %s only".formatted(datatype, list.label()),
          "values in " + contents.others(list));
    }
    if (list == ContentsList.BYTES) {
      decodeStrings();
    } else if (list.isVarint()) {
      decodeVarints(list);
    } else {
      decodeFixed(list);
    }
  }

  private ServingException wrongCount(String found) {
    return inputs.invalid(index, "%d values for shape %s".formatted(elements, shape), found);
  }

  private MemorySegment allocate(long bytes) throws ServingException {
    return inputs.allocate(index, datatype, shape, bytes).data();
  }

  private void decodeFixed(ContentsList list) throws MalformedMessageException, ServingException {
    long bytes = contents.bytes(list);
    if (bytes / list.unit() != elements) {
      throw wrongCount(Long.toString(bytes / list.unit()));
    }
    MemorySegment data = allocate(bytes);
    long[] written = {0};
    contents.forEach(
        in,
        list,
        (reader, length) -> {
          reader.copyTo(data, written[0], length);
          written[0] += length;
        });
  }

  private void decodeStrings() throws MalformedMessageException, ServingException {
    if (contents.strings() != elements) {
      throw wrongCount(Long.toString(contents.strings()));
    }
    MemorySegment data =
        allocate(StringTensors.byteSize(elements, contents.bytes(ContentsList.BYTES)));
    long start = StringTensors.contentStart(elements);
    long[] countAndBytes = {0, 0};
    contents.forEach(
        in,
        ContentsList.BYTES,
        (reader, length) -> {
          StringTensors.setOffset(data, countAndBytes[0]++, countAndBytes[1]);
          reader.copyTo(data, start + countAndBytes[1], length);
          countAndBytes[1] += length;
        });
    StringTensors.setOffset(data, elements, countAndBytes[1]);
  }

  private void decodeVarints(ContentsList list) throws MalformedMessageException, ServingException {
    if (elements > contents.bytes(list)) {
      throw wrongCount("at most " + contents.bytes(list));
    }
    Varints varints = new Varints(datatype, allocate(elements * datatype.type().byteSize()));
    contents.forEach(in, list, varints);
    if (varints.count != elements) {
      throw wrongCount(Long.toString(varints.count));
    }
    if (varints.outOfRange > 0) {
      throw inputs.invalid(
          index, "values in the range of " + datatype, varints.outOfRange + " out of it");
    }
  }

  /** Writes values into memory; those that it has no place for are only counted. */
  private static final class Varints implements ContentsOutline.Sink {
    private final boolean isBool;
    private final boolean isUnsigned;
    private final int width;
    private final MemorySegment target;
    private final long wanted;
    private long count;
    private long outOfRange;

    Varints(Datatype datatype, MemorySegment target) {
      this.isBool = datatype == Datatype.BOOL;
      this.isUnsigned = datatype == Datatype.UINT8 || datatype == Datatype.UINT16;
      this.width = datatype.type().byteSize();
      this.target = target;
      this.wanted = target.byteSize() / width;
    }

    @Override
    public void read(ProtoReader reader, int length) throws MalformedMessageException {
      while (reader.hasMore()) {
        long value = reader.readVarint();
        if (count < wanted) {
          store(isBool && value != 0 ? 1 : value);
        }
        count++;
      }
    }

    /** Of 32 bits the wire has more, which count for nothing; what is narrower has a range. */
    private void store(long value) {
      int bits = (int) value;
      switch (width) {
        case Byte.BYTES -> {
          outOfRange += bits == (isUnsigned ? bits & 0xff : (byte) bits) ? 0 : 1;
          target.set(ValueLayout.JAVA_BYTE, count, (byte) bits);
        }
        case Short.BYTES -> {
          outOfRange += bits == (isUnsigned ? bits & 0xffff : (short) bits) ? 0 : 1;
          target.set(ValueLayout.JAVA_SHORT_UNALIGNED, count * Short.BYTES, (short) bits);
        }
        case Integer.BYTES ->
            target.set(ValueLayout.JAVA_INT_UNALIGNED, count * Integer.BYTES, bits);
        default -> target.set(ValueLayout.JAVA_LONG_UNALIGNED, count * Long.BYTES, value);
      }
    }
  }
}
