package dev.sluice.api.tfs;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.api.tfs.wire.TensorEncoding;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.util.Map;

/** Signatures as SignatureDefs, for models that bring none of their own. */
final class SignatureDefs {
  private SignatureDefs() {}

  static SignatureDefMap of(Map<String, Signature> signatures) {
    SignatureDefMap.Builder map = SignatureDefMap.newBuilder();
    signatures.forEach((key, signature) -> map.putSignatureDef(key, of(signature)));
    return map.build();
  }

  private static SignatureDef of(Signature signature) {
    SignatureDef.Builder def = SignatureDef.newBuilder().setMethodName(signature.methodName());
    signature.inputs().forEach(spec -> def.putInputs(spec.name(), of(spec)));
    signature.outputs().forEach(spec -> def.putOutputs(spec.name(), of(spec)));
    signature.defaults().forEach((name, value) -> def.putDefaults(name, of(value)));
    return def.build();
  }

  private static TensorInfo of(TensorSpec spec) {
    TensorInfo.Builder info =
        TensorInfo.newBuilder().setName(spec.nativeName()).setTensorShape(of(spec.shape()));
    DataType dtype = spec.dtype();
    if (dtype != null) {
      info.setDtypeValue(dtype.number() + (spec.reference() ? DataType.REFERENCE_OFFSET : 0));
    }
    return info.build();
  }

  private static TensorShapeProto of(Shape shape) {
    TensorShapeProto.Builder proto = TensorShapeProto.newBuilder().setUnknownRank(!shape.hasRank());
    for (int axis = 0; axis < shape.rank(); axis++) {
      proto.addDim(TensorShapeProto.Dim.newBuilder().setSize(shape.dim(axis)));
    }
    return proto.build();
  }

  private static TensorProto of(Tensor value) {
    try {
      return TensorProto.parseFrom(TensorEncoding.bytes(value));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an encoded tensor does not parse", e);
    }
  }
}
