package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.BoolTensors;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.StringTensors;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one TensorProto of a request into memory from an allocator (grpc.md §5.1).
 *
 * <p>Sizes are checked before memory is asked for. Memory that has been handed out belongs to the
 * allocator's owner also when decoding fails afterwards.
 */
final class TensorDecoder {
  /** What one message can carry, and so what one broadcast value may grow to, in bytes. */
  private static final long LARGEST_TENSOR = Integer.MAX_VALUE;

  /** No machine has more memory to address; the reference fails to allocate, with its own text. */
  private static final long UNALLOCATABLE = 1L << 47;

  /** TensorFlow's limit on the number of dimensions. */
  private static final int LARGEST_RANK = 254;

  private static final String RESOURCE_TEXT =
      "Invalid resource type hash code: 0(name:  type: ). Perhaps a resource tensor was being"
          + " provided as a feed? That is not currently allowed. Please file an issue at"
          + " https://github.com/tensorflow/tensorflow/issues/new, ideally with a short code"
          + " snippet that leads to this error message.";

  private final ProtoReader in;
  private final TensorOutline proto;
  private final String alias;
  private final TensorAllocator memory;

  private TensorDecoder(ProtoReader in, TensorOutline proto, String alias, TensorAllocator memory) {
    this.in = in;
    this.proto = proto;
    this.alias = alias;
    this.memory = memory;
  }

  /**
   * Decodes the value of an input.
   *
   * @param index which input of the signature it is, for messages
   * @throws MalformedMessageException if a list of values is cut off or no list of such values
   * @throws ServingException INVALID_ARGUMENT if type, shape and values make no tensor,
   *     RESOURCE_EXHAUSTED if it is too large
   */
  static void decode(
      ProtoReader in, TensorOutline proto, int index, TensorSpec spec, TensorAllocator memory)
      throws MalformedMessageException, ServingException {
    TensorDecoder decoder = new TensorDecoder(in, proto, spec.name(), memory);
    DataType dtype = DataType.ofNumber(proto.dtype());
    if (dtype == null) {
      throw decoder.parsingError();
    }
    if (dtype == DataType.RESOURCE) {
      throw ServingException.invalidArgument(RESOURCE_TEXT);
    }
    if (dtype == DataType.VARIANT) {
      DataType expected = spec.dtype();
      throw ServingException.invalidArgument(
          "Expects arg[%d] to be %s but variant is provided"
              .formatted(index, expected == null ? "a plain type" : expected.label()));
    }
    decoder.decode(dtype);
  }

  private void decode(DataType dtype) throws MalformedMessageException, ServingException {
    Shape shape = proto.shape();
    long elements = elements(shape);
    ValueList list = ValueList.of(dtype);
    boolean fromContent = elements > 0 && proto.contentLength() > 0;
    checkOtherLists(fromContent ? null : list);
    if (dtype == DataType.STRING) {
      if (fromContent) {
        decodeStringContent(shape, elements);
      } else {
        decodeStrings(shape, elements);
      }
      return;
    }
    long bytes = product(elements, dtype.byteSize());
    if (fromContent && bytes != proto.contentLength()) {
      throw parsingError();
    }
    MemorySegment data = allocate(dtype, shape, bytes).data();
    if (fromContent) {
      in.seek(proto.contentPosition());
      in.copyTo(data, 0, proto.contentLength());
      if (dtype == DataType.BOOL) {
        BoolTensors.normalize(data);
      }
    } else {
      long given = list == null ? 0 : decodeList(dtype, list, data, elements);
      fill(data, given, dtype.byteSize());
    }
  }

  private long elements(Shape shape) throws ServingException {
    if (shape.rank() > LARGEST_RANK) {
      throw parsingError();
    }
    try {
      return shape.elements();
    } catch (ArithmeticException negativeOrOverflowing) {
      throw parsingError();
    }
  }

  private long product(long elements, long size) throws ServingException {
    try {
      return Math.multiplyExact(elements, size);
    } catch (ArithmeticException overflow) {
      throw parsingError();
    }
  }

  /** Lists that do not count must still be well formed, or the message is none. */
  private void checkOtherLists(@Nullable ValueList used) throws MalformedMessageException {
    for (ValueList list : ValueList.values()) {
      if (list != used && proto.has(list)) {
        ValueBlocks.forEach(in, proto, list, ValueSinks.check(list));
      }
    }
  }

  /** Returns how many bytes of the tensor the list has filled, whole elements only. */
  private long decodeList(DataType dtype, ValueList list, MemorySegment data, long elements)
      throws MalformedMessageException {
    if (!proto.has(list)) {
      return 0;
    }
    if (list.isVarint()) {
      ValueSinks.Varints sink = new ValueSinks.Varints(dtype, data, elements);
      ValueBlocks.forEach(in, proto, list, sink);
      return sink.count() * dtype.byteSize();
    }
    ValueSinks.Fixed sink = new ValueSinks.Fixed(list, data);
    ValueBlocks.forEach(in, proto, list, sink);
    return sink.written() - sink.written() % dtype.byteSize();
  }

  /** Repeats the last element, or zero if there is none, behind the elements given. */
  private static void fill(MemorySegment data, long given, int elementSize) {
    long size = data.byteSize();
    if (given == 0) {
      data.fill((byte) 0);
      return;
    }
    long first = given - elementSize;
    long filled = elementSize;
    // What is filled already doubles with each copy.
    while (first + filled < size) {
      long length = Math.min(filled, size - first - filled);
      MemorySegment.copy(data, first, data, first + filled, length);
      filled += length;
    }
  }

  private void decodeStrings(Shape shape, long elements)
      throws MalformedMessageException, ServingException {
    long given = Math.min(elements, proto.strings());
    long bytes = given == proto.strings() ? proto.stringBytes() : lengthOfFirst(given);
    int lastLength = proto.strings() == 0 ? 0 : proto.lastStringLength();
    bytes = sum(bytes, product(elements - given, lastLength));
    MemorySegment data = allocate(DataType.STRING, shape, stringSize(elements, bytes)).data();
    ValueSinks.Strings sink = new ValueSinks.Strings(data, elements);
    if (given > 0) {
      ValueBlocks.forEach(in, proto, ValueList.STRING_VAL, sink);
    }
    sink.fill(lastLength);
  }

  private long lengthOfFirst(long wanted) throws MalformedMessageException {
    long[] countAndBytes = new long[2];
    ValueBlocks.forEach(
        in,
        proto,
        ValueList.STRING_VAL,
        (reader, length) -> {
          if (countAndBytes[0]++ < wanted) {
            countAndBytes[1] += length;
          }
        });
    return countAndBytes[1];
  }

  /** The content form of strings: a varint length for each, then all their bytes. */
  private void decodeStringContent(Shape shape, long elements)
      throws ServingException, MalformedMessageException {
    if (elements > proto.contentLength()) {
      throw parsingError();
    }
    in.seek(proto.contentPosition());
    int outer = in.push(proto.contentLength());
    long bytes = 0;
    for (long i = 0; i < elements; i++) {
      bytes += contentStringLength();
    }
    int bytesStart = in.position();
    if (bytes != proto.contentPosition() + proto.contentLength() - bytesStart) {
      throw parsingError();
    }
    MemorySegment data = allocate(DataType.STRING, shape, stringSize(elements, bytes)).data();
    in.seek(proto.contentPosition());
    long offset = 0;
    for (long i = 0; i < elements; i++) {
      StringTensors.setOffset(data, i, offset);
      offset += contentStringLength();
    }
    StringTensors.setOffset(data, elements, offset);
    in.copyTo(data, StringTensors.contentStart(elements), (int) bytes);
    in.pop(outer);
  }

  private long contentStringLength() throws ServingException {
    try {
      long length = in.readVarint();
      if (length >>> Integer.SIZE != 0) {
        throw parsingError();
      }
      return length;
    } catch (MalformedMessageException cutOff) {
      // Bytes inside a bytes field: the message itself is well formed.
      throw parsingError();
    }
  }

  private long stringSize(long elements, long bytes) throws ServingException {
    return sum(product(sum(elements, 1), Long.BYTES), bytes);
  }

  private long sum(long a, long b) throws ServingException {
    try {
      return Math.addExact(a, b);
    } catch (ArithmeticException overflow) {
      throw parsingError();
    }
  }

  private Tensor allocate(DataType dtype, Shape shape, long bytes) throws ServingException {
    if (bytes >= UNALLOCATABLE) {
      throw parsingError();
    }
    if (bytes > LARGEST_TENSOR) {
      throw tooLarge(dtype, shape, bytes, "at most " + LARGEST_TENSOR + " are accepted");
    }
    try {
      return memory.allocate(dtype, shape, bytes);
    } catch (OutOfMemoryError e) {
      throw tooLarge(dtype, shape, bytes, "the server does not have them: " + e.getMessage());
    }
  }

  private ServingException tooLarge(DataType dtype, Shape shape, long bytes, String why) {
    return new ServingException(
        Code.RESOURCE_EXHAUSTED,
        "Input %s: a %s tensor of shape %s needs %d bytes, %s"
            .formatted(alias, dtype.label(), shape, bytes, why));
  }

  private ServingException parsingError() {
    return ServingException.invalidArgument("tensor parsing error: " + alias);
  }
}
