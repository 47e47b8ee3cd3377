package dev.sluice.engine.tensorflow;

import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.protos.tensorflow.TensorInfo;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes the signatures of a servable out of those of a MetaGraphDef. */
final class SignatureBinder {
  private static final Logger LOG = System.getLogger(SignatureBinder.class.getName());

  private final ServableId id;
  private final TfSession session;
  private final TensorAllocator allocator;

  /** Creates a binder; default values are put into tensors of the allocator. */
  SignatureBinder(ServableId id, TfSession session, TensorAllocator allocator) {
    this.id = id;
    this.session = session;
    this.allocator = allocator;
  }

  /** Binds one signature; whoever keeps it closes its defaults. */
  BoundSignature bind(String key, SignatureDef def) {
    Signature signature =
        new Signature(
            key,
            def.getMethodName(),
            specs(def.getInputsMap()),
            specs(def.getOutputsMap()),
            defaults(key, def.getDefaultsMap()));
    return bind(signature);
  }

  /** Binds a signature whose tensors are those of others of the graph. */
  BoundSignature bind(Signature signature) {
    return new BoundSignature(
        id, signature, resolve(signature.inputs()), resolve(signature.outputs()));
  }

  /** Leaves out sparse and composite tensors, which no request can carry. */
  private static List<TensorSpec> specs(Map<String, TensorInfo> infos) {
    List<TensorSpec> specs = new ArrayList<>();
    infos.forEach(
        (name, info) -> {
          if (info.getEncodingCase() == TensorInfo.EncodingCase.NAME) {
            specs.add(spec(name, info));
          }
        });
    return specs;
  }

  private static TensorSpec spec(String name, TensorInfo info) {
    int number = info.getDtypeValue();
    boolean reference = number > DataType.REFERENCE_OFFSET;
    Shape shape =
        info.hasTensorShape() ? MetaGraphReader.shape(info.getTensorShape()) : Shape.unknownRank();
    return new TensorSpec(
        name,
        DataType.ofNumber(reference ? number - DataType.REFERENCE_OFFSET : number),
        reference,
        shape,
        info.getName());
  }

  private Map<String, Tensor> defaults(String key, Map<String, TensorProto> protos) {
    Map<String, Tensor> defaults = new HashMap<>();
    protos.forEach(
        (name, proto) -> {
          try {
            defaults.put(name, TensorProtos.toTensor(proto, allocator));
          } catch (ServingException e) {
            // Requests that give the input are served; others learn that it is missing.
            LOG.log(
                Level.WARNING,
                "The default of input {0} of signature {1} of {2} is ignored: {3}",
                name,
                key,
                id,
                e.text());
          }
        });
    return defaults;
  }

  private TensorRef[] resolve(List<TensorSpec> specs) {
    return specs.stream()
        .map(spec -> TensorRef.resolve(spec.nativeName(), session))
        .toArray(TensorRef[]::new);
  }
}
