package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Tensors of the golden files as protobuf messages, and their comparison. */
final class Tensors {
  private Tensors() {}

  /** Returns the message for {@code {dtype, shape, data}}. */
  static TensorProto toProto(JsonObject golden) {
    DataType dtype = DataType.valueOf(golden.get("dtype").getAsString());
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (JsonElement dim : golden.getAsJsonArray("shape")) {
      shape.addDimBuilder().setSize(dim.getAsLong());
    }
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(dtype).setTensorShape(shape);
    for (JsonElement element : golden.getAsJsonArray("data")) {
      add(tensor, dtype, element);
    }
    return tensor.build();
  }

  private static void add(TensorProto.Builder tensor, DataType dtype, JsonElement element) {
    switch (dtype) {
      case DT_FLOAT -> tensor.addFloatVal((float) number(element));
      case DT_DOUBLE -> tensor.addDoubleVal(number(element));
      case DT_INT32, DT_INT16, DT_INT8, DT_UINT8, DT_UINT16 -> tensor.addIntVal(element.getAsInt());
      case DT_INT64 -> tensor.addInt64Val(element.getAsLong());
      case DT_UINT32 -> tensor.addUint32Val((int) element.getAsLong());
      case DT_UINT64 -> tensor.addUint64Val(new BigInteger(element.getAsString()).longValue());
      case DT_BOOL -> tensor.addBoolVal(element.getAsBoolean());
      case DT_HALF -> tensor.addHalfVal(Float.floatToFloat16((float) number(element)) & 0xffff);
      case DT_BFLOAT16 ->
          tensor.addHalfVal(Float.floatToRawIntBits((float) number(element)) >>> 16);
      case DT_STRING -> tensor.addStringVal(bytes(element));
      case DT_COMPLEX64 -> {
        tensor.addScomplexVal((float) number(element.getAsJsonArray().get(0)));
        tensor.addScomplexVal((float) number(element.getAsJsonArray().get(1)));
      }
      case DT_COMPLEX128 -> {
        tensor.addDcomplexVal(number(element.getAsJsonArray().get(0)));
        tensor.addDcomplexVal(number(element.getAsJsonArray().get(1)));
      }
      default -> throw new IllegalArgumentException("no golden file has " + dtype);
    }
  }

  private static double number(JsonElement element) {
    return Double.parseDouble(element.getAsString());
  }

  private static ByteString bytes(JsonElement element) {
    return element.isJsonObject()
        ? ByteString.copyFrom(
            Base64.getDecoder().decode(element.getAsJsonObject().get("b64").getAsString()))
        : ByteString.copyFromUtf8(element.getAsString());
  }

  /** Returns what differs between an answer and the golden tensor, or an empty text. */
  static String difference(TensorProto got, JsonObject golden, double rtol, double atol) {
    TensorProto want = toProto(golden);
    if (got.getDtype() != want.getDtype() || !got.getTensorShape().equals(want.getTensorShape())) {
      return "expected " + want.getDtype() + want.getTensorShape() + ", found " + got;
    }
    List<Double> wanted = floats(want);
    if (wanted.isEmpty()) {
      return got.equals(want) ? "" : "expected " + want + ", found " + got;
    }
    List<Double> found = floats(got);
    if (found.size() != wanted.size()) {
      return "expected " + wanted.size() + " elements, found " + found.size();
    }
    for (int i = 0; i < wanted.size(); i++) {
      if (!isClose(found.get(i), wanted.get(i), rtol, atol)) {
        return "element " + i + ": expected " + wanted.get(i) + ", found " + found.get(i);
      }
    }
    return "";
  }

  private static List<Double> floats(TensorProto tensor) {
    List<Double> values = new ArrayList<>();
    tensor.getFloatValList().forEach(value -> values.add((double) value));
    values.addAll(tensor.getDoubleValList());
    tensor.getScomplexValList().forEach(value -> values.add((double) value));
    values.addAll(tensor.getDcomplexValList());
    for (int bits : tensor.getHalfValList()) {
      values.add(
          (double)
              (tensor.getDtype() == DataType.DT_HALF
                  ? Float.float16ToFloat((short) bits)
                  : Float.intBitsToFloat(bits << 16)));
    }
    return values;
  }

  static boolean isClose(double found, double wanted, double rtol, double atol) {
    return Double.compare(found, wanted) == 0
        || Math.abs(found - wanted) <= atol + rtol * Math.abs(wanted);
  }

  /** Returns what differs between two JSON values, or an empty text. */
  static String difference(JsonElement found, JsonElement wanted, double rtol, double atol) {
    if (wanted.isJsonArray() && found.isJsonArray()) {
      return arrays(found.getAsJsonArray(), wanted.getAsJsonArray(), rtol, atol);
    }
    if (wanted.isJsonObject() && found.isJsonObject()) {
      if (!found.getAsJsonObject().keySet().equals(wanted.getAsJsonObject().keySet())) {
        return "expected members " + wanted + ", found " + found;
      }
      for (String key : wanted.getAsJsonObject().keySet()) {
        String difference =
            difference(
                found.getAsJsonObject().get(key), wanted.getAsJsonObject().get(key), rtol, atol);
        if (!difference.isEmpty()) {
          return key + ": " + difference;
        }
      }
      return "";
    }
    if (isNumber(wanted) && isNumber(found)) {
      return isClose(number(found), number(wanted), rtol, atol)
          ? ""
          : "expected " + wanted + ", found " + found;
    }
    return found.equals(wanted) ? "" : "expected " + wanted + ", found " + found;
  }

  private static boolean isNumber(JsonElement element) {
    return element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber();
  }

  private static String arrays(JsonArray found, JsonArray wanted, double rtol, double atol) {
    if (found.size() != wanted.size()) {
      return "expected " + wanted.size() + " elements, found " + found.size();
    }
    for (int i = 0; i < wanted.size(); i++) {
      String difference = difference(found.get(i), wanted.get(i), rtol, atol);
      if (!difference.isEmpty()) {
        return "[" + i + "]: " + difference;
      }
    }
    return "";
  }
}
