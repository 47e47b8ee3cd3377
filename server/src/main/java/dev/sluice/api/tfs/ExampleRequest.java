package dev.sluice.api.tfs;

import dev.sluice.api.tfs.wire.InferenceRequestHead;
import dev.sluice.api.tfs.wire.ModelSpecHead;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.predict.Call;
import dev.sluice.servable.ServingException;
import java.util.List;

/** A gRPC request that brings Examples: what it asks for, and then the tasks that come of it. */
final class ExampleRequest {
  private final InferenceRequestHead head;
  private List<ExampleTask> tasks = List.of();

  ExampleRequest(InferenceRequestHead head) {
    this.head = head;
  }

  InferenceRequestHead head() {
    return head;
  }

  /** Returns the model of the first task; empty if that names none. */
  String model() {
    List<InferenceRequestHead.Task> asked = head.tasks();
    ModelSpecHead spec = asked.isEmpty() ? null : asked.getFirst().spec();
    return spec == null ? "" : spec.model();
  }

  /** Returns the tasks of the run, as many as the request's. */
  List<ExampleTask> tasks() {
    return tasks;
  }

  void setTasks(List<ExampleTask> checked) {
    tasks = checked;
  }

  /** Gives every input of the selected signature the Examples. */
  void fill(Call call) throws ServingException, MalformedMessageException {
    int inputs = call.signature().inputs().size();
    for (int input = 0; input < inputs; input++) {
      head.copyExamples(Examples.allocate(call, input, head.exampleCount(), head.exampleBytes()));
    }
  }
}
