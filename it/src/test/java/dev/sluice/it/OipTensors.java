package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.sluice.protos.tensorflow.TensorProto;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/** Tensors of the golden files in the raw form of the Open Inference Protocol. */
final class OipTensors {
  private static final Map<String, String> DATATYPES =
      Map.ofEntries(
          Map.entry("DT_BOOL", "BOOL"),
          Map.entry("DT_UINT8", "UINT8"),
          Map.entry("DT_UINT16", "UINT16"),
          Map.entry("DT_UINT32", "UINT32"),
          Map.entry("DT_UINT64", "UINT64"),
          Map.entry("DT_INT8", "INT8"),
          Map.entry("DT_INT16", "INT16"),
          Map.entry("DT_INT32", "INT32"),
          Map.entry("DT_INT64", "INT64"),
          Map.entry("DT_HALF", "FP16"),
          Map.entry("DT_FLOAT", "FP32"),
          Map.entry("DT_DOUBLE", "FP64"),
          Map.entry("DT_STRING", "BYTES"),
          Map.entry("DT_BFLOAT16", "BF16"));

  private OipTensors() {}

  /** Returns true if the protocol has the type of a golden tensor. */
  static boolean hasDatatype(JsonObject golden) {
    return DATATYPES.containsKey(golden.get("dtype").getAsString());
  }

  /** Returns true if the elements of a golden tensor are numbers of 16 bits with a fraction. */
  static boolean isHalf(JsonObject golden) {
    String datatype = datatype(golden);
    return datatype.equals("FP16") || datatype.equals("BF16");
  }

  /** Returns true if JSON has the values of a golden tensor. */
  static boolean hasJson(JsonObject golden) {
    boolean objects =
        golden.getAsJsonArray("data").asList().stream().anyMatch(JsonElement::isJsonObject);
    return !isHalf(golden) && !objects;
  }

  static String datatype(JsonObject golden) {
    return Objects.requireNonNull(DATATYPES.get(golden.get("dtype").getAsString()));
  }

  /** Returns the raw bytes of a golden tensor. */
  static byte[] raw(JsonObject golden) {
    TensorProto proto = Tensors.toProto(golden);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    proto.getFloatValList().forEach(value -> put(out, Float.floatToRawIntBits(value), 4));
    proto.getDoubleValList().forEach(value -> put(out, Double.doubleToRawLongBits(value), 8));
    int width = datatype(golden).endsWith("8") ? 1 : datatype(golden).endsWith("16") ? 2 : 4;
    proto.getIntValList().forEach(value -> put(out, value, width));
    proto.getInt64ValList().forEach(value -> put(out, value, 8));
    proto.getUint32ValList().forEach(value -> put(out, value, 4));
    proto.getUint64ValList().forEach(value -> put(out, value, 8));
    proto.getHalfValList().forEach(value -> put(out, value, 2));
    proto.getBoolValList().forEach(value -> put(out, value ? 1 : 0, 1));
    proto
        .getStringValList()
        .forEach(
            value -> {
              put(out, value.size(), 4);
              out.writeBytes(value.toByteArray());
            });
    return out.toByteArray();
  }

  private static void put(ByteArrayOutputStream out, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }

  /** Returns an answer's output, whose values are JSON, in the form of the golden files. */
  static JsonObject ofJson(JsonObject output) {
    return golden(output, output.getAsJsonArray("data"));
  }

  /** Returns an answer's output, whose values are the next raw bytes, in that form. */
  static JsonObject ofRaw(JsonObject output, ByteBuffer raw) {
    int size = output.getAsJsonObject("parameters").get("binary_data_size").getAsInt();
    ByteBuffer own = raw.slice(raw.position(), size).order(ByteOrder.LITTLE_ENDIAN);
    raw.position(raw.position() + size);
    JsonArray data = new JsonArray();
    while (own.hasRemaining()) {
      switch (output.get("datatype").getAsString()) {
        case "BOOL" -> data.add(own.get() != 0);
        case "UINT8" -> data.add(own.get() & 0xff);
        case "INT8" -> data.add(own.get());
        case "UINT16" -> data.add(own.getShort() & 0xffff);
        case "INT16" -> data.add(own.getShort());
        case "UINT32" -> data.add(own.getInt() & 0xffffffffL);
        case "INT32" -> data.add(own.getInt());
        case "UINT64" -> data.add(Long.toUnsignedString(own.getLong()));
        case "INT64" -> data.add(own.getLong());
        case "FP16" -> data.add(Float.toString(Float.float16ToFloat(own.getShort())));
        case "BF16" -> data.add(Float.toString(Float.intBitsToFloat(own.getShort() << 16)));
        case "FP32" -> data.add(Float.toString(own.getFloat()));
        case "FP64" -> data.add(Double.toString(own.getDouble()));
        default -> data.add(bytes(own));
      }
    }
    return golden(output, data);
  }

  private static JsonObject bytes(ByteBuffer raw) {
    byte[] content = new byte[raw.getInt()];
    raw.get(content);
    JsonObject object = new JsonObject();
    object.addProperty("b64", Base64.getEncoder().encodeToString(content));
    return object;
  }

  private static JsonObject golden(JsonObject output, JsonArray data) {
    JsonObject golden = new JsonObject();
    String datatype = output.get("datatype").getAsString();
    DATATYPES.forEach(
        (dtype, name) -> {
          if (name.equals(datatype)) {
            golden.addProperty("dtype", dtype);
          }
        });
    golden.add("shape", output.get("shape"));
    golden.add("data", data);
    return golden;
  }
}
