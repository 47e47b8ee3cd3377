package dev.sluice.engine.pytorch;

import dev.sluice.servable.RunRequest;
import dev.sluice.servable.ServableId;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Gives a module its arguments, runs it and takes what it gives. Thread-safe. */
final class ModuleRunner {
  private final ServableId id;
  private final Libtorch library;
  private final LoadedModule module;
  private final ArgumentReader arguments;
  private final OutcomeHandles outcome;
  private final OutputReader outputs;

  ModuleRunner(ServableId id, Libtorch library, LoadedModule module, LiveTensors tensors) {
    this.id = id;
    this.library = library;
    this.module = module;
    this.arguments = new ArgumentReader(id, library, module.forward());
    this.outcome = new OutcomeHandles(id, library, module.forward().outcome());
    this.outputs = new OutputReader(library, tensors, module.forward());
  }

  /**
   * Runs the module on the calling thread.
   *
   * @return a tensor for each wanted output, the caller's
   */
  Tensor[] run(RunRequest request) throws ServingException {
    try (GlueCall call = new GlueCall()) {
      library.useThreads(call, module.threads());
      return run(call, request);
    } catch (TorchException e) {
      throw RunErrors.ofRun(id, module.forward().arguments(), e);
    }
  }

  private Tensor[] run(GlueCall call, RunRequest request) throws ServingException, TorchException {
    long[] values = new long[module.forward().arguments().size()];
    try {
      for (int i = 0; i < values.length; i++) {
        values[i] = arguments.read(call, request, i);
      }
      long result = library.run(call, module.handle(), values);
      try {
        return results(call, result, request);
      } finally {
        library.deleteValue(call, result);
      }
    } finally {
      library.deleteValues(call, values);
    }
  }

  private Tensor[] results(GlueCall call, long result, RunRequest request)
      throws ServingException, TorchException {
    List<String> names = module.forward().outcome().names();
    Signature signature = request.signature();
    List<Tensor> read = new ArrayList<>(names.size());
    long[] handles = outcome.of(call, result);
    boolean done = false;
    try {
      for (int wanted : request.outputs()) {
        String name = signature.outputs().get(wanted).name();
        read.add(outputs.read(call, handles[names.indexOf(name)], request, name));
      }
      done = true;
      return read.toArray(Tensor[]::new);
    } finally {
      library.tensors().deleteAll(handles);
      if (!done) {
        read.forEach(Tensor::close);
      }
    }
  }
}
