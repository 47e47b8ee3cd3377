package dev.sluice.it;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether an answer is the recorded one: floating point numbers to a relative 1e-5, everything else
 * exactly; members of objects, and entries of maps, in any order.
 */
final class Closeness {
  private static final double RELATIVE = 1e-5;
  private static final double ABSOLUTE = 1e-7;

  private Closeness() {}

  /** Compares values as {@link PlainJson} reads them. */
  static boolean close(@Nullable Object a, @Nullable Object b) {
    if (a instanceof List<?> left && b instanceof List<?> right) {
      return closeLists(left, right);
    }
    if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
      return left.keySet().equals(right.keySet())
          && left.keySet().stream().allMatch(key -> close(left.get(key), right.get(key)));
    }
    if (a instanceof BigInteger && b instanceof BigInteger) {
      return a.equals(b);
    }
    if (a instanceof Number left && b instanceof Number right) {
      return close(left.doubleValue(), right.doubleValue());
    }
    return Objects.equals(a, b);
  }

  private static boolean closeLists(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!close(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean close(double a, double b) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Double.isNaN(a) && Double.isNaN(b);
    }
    if (a == 0 && b == 0) {
      return Double.compare(a, b) == 0;
    }
    double difference = Math.abs(a - b);
    return a == b
        || difference <= Math.max(ABSOLUTE, RELATIVE * Math.max(Math.abs(a), Math.abs(b)));
  }

  /** Compares messages of one type field by field. */
  static boolean close(Message a, Message b) {
    Set<FieldDescriptor> fields = new HashSet<>(a.getAllFields().keySet());
    fields.addAll(b.getAllFields().keySet());
    if (!a.getUnknownFields().equals(b.getUnknownFields())) {
      return false;
    }
    for (FieldDescriptor field : fields) {
      if (field.hasPresence() && a.hasField(field) != b.hasField(field)) {
        return false;
      }
      if (!closeFields(a, b, field)) {
        return false;
      }
    }
    return true;
  }

  private static boolean closeFields(Message a, Message b, FieldDescriptor field) {
    Object left = a.getField(field);
    Object right = b.getField(field);
    if (field.isMapField()) {
      return closeValues(entries((List<?>) left), entries((List<?>) right));
    }
    if (a instanceof TensorProto tensor && field.getName().equals("tensor_content")) {
      return closeContents(tensor.getDtype(), (ByteString) left, (ByteString) right);
    }
    if (a instanceof Any any && any.getTypeUrl().endsWith(".SignatureDefMap")) {
      return field.getName().equals("type_url")
          ? left.equals(right)
          : close(signatures((ByteString) left), signatures((ByteString) right));
    }
    return closeValues(left, right);
  }

  private static Map<Object, Object> entries(List<?> list) {
    Map<Object, Object> entries = new HashMap<>();
    for (Object element : list) {
      MapEntry<?, ?> entry = (MapEntry<?, ?>) element;
      entries.put(entry.getKey(), entry.getValue());
    }
    return entries;
  }

  private static boolean closeValues(@Nullable Object a, @Nullable Object b) {
    if (a instanceof Message left && b instanceof Message right) {
      return close(left, right);
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      boolean same = left.size() == right.size();
      for (int i = 0; same && i < left.size(); i++) {
        same = closeValues(left.get(i), right.get(i));
      }
      return same;
    }
    if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
      return left.keySet().equals(right.keySet())
          && left.keySet().stream().allMatch(key -> closeValues(left.get(key), right.get(key)));
    }
    boolean floating = a instanceof Float || a instanceof Double;
    return floating ? close(a, b) : Objects.equals(a, b);
  }

  private static boolean closeContents(DataType dtype, ByteString a, ByteString b) {
    if (a.size() != b.size() || (dtype != DataType.DT_FLOAT && dtype != DataType.DT_DOUBLE)) {
      return a.equals(b);
    }
    ByteBuffer left = a.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer right = b.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    boolean same = true;
    while (same && left.hasRemaining()) {
      same =
          dtype == DataType.DT_FLOAT
              ? close(left.getFloat(), right.getFloat())
              : close(left.getDouble(), right.getDouble());
    }
    return same;
  }

  private static SignatureDefMap signatures(ByteString bytes) {
    try {
      return SignatureDefMap.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("no SignatureDefMap", e);
    }
  }
}
