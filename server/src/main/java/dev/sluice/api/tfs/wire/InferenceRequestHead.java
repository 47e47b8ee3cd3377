package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.api.wire.ProtoReader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a ClassificationRequest, RegressionRequest or MultiInferenceRequest asks for, and where its
 * Examples are (grpc.md §2.4 to §2.6).
 *
 * <p>The Examples are checked here and copied later, into memory that is known only after the model
 * has been found. Valid until the message is closed, but for the tasks.
 */
public final class InferenceRequestHead {
  private static final int MODEL_SPEC = 1 << 3 | 2;
  private static final int TASKS = 1 << 3 | 2;
  private static final int INPUT = 2 << 3 | 2;
  private static final int TASK_METHOD = 2 << 3 | 2;

  private final ProtoReader in;
  private final ExampleInput input;
  private final List<Task> tasks = new ArrayList<>(1);

  /**
   * A signature to run.
   *
   * @param spec null if it was not sent
   * @param method what a task of MultiInference calls the method; empty elsewhere
   */
  public record Task(@Nullable ModelSpecHead spec, String method) {}

  private InferenceRequestHead(MessageBytes message) {
    this.in = new ProtoReader(message);
    this.input = new ExampleInput(in);
  }

  /**
   * Scans a ClassificationRequest or RegressionRequest, which is one task.
   *
   * @throws MalformedMessageException if it is none, or one of its Examples is none
   */
  public static InferenceRequestHead scan(MessageBytes message) throws MalformedMessageException {
    InferenceRequestHead head = begin(message);
    ModelSpecHead spec = null;
    while (head.in.hasMore()) {
      int tag = head.in.readTag();
      switch (tag) {
        case MODEL_SPEC -> {
          spec = spec == null ? new ModelSpecHead() : spec;
          spec.merge(head.in);
        }
        case INPUT -> head.input.merge();
        default -> head.in.skipField(tag);
      }
    }
    head.tasks.add(new Task(spec, ""));
    return head;
  }

  /**
   * Scans a MultiInferenceRequest.
   *
   * @throws MalformedMessageException if it is none, or one of its Examples is none
   */
  public static InferenceRequestHead scanMulti(MessageBytes message)
      throws MalformedMessageException {
    InferenceRequestHead head = begin(message);
    while (head.in.hasMore()) {
      int tag = head.in.readTag();
      switch (tag) {
        case TASKS -> head.readTask();
        case INPUT -> head.input.merge();
        default -> head.in.skipField(tag);
      }
    }
    return head;
  }

  private static InferenceRequestHead begin(MessageBytes message) throws MalformedMessageException {
    if (!message.isReadable()) {
      throw new MalformedMessageException();
    }
    return new InferenceRequestHead(message);
  }

  private void readTask() throws MalformedMessageException {
    ModelSpecHead spec = null;
    String method = "";
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case MODEL_SPEC -> {
          spec = spec == null ? new ModelSpecHead() : spec;
          spec.merge(in);
        }
        case TASK_METHOD -> method = in.readString();
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
    tasks.add(new Task(spec, method));
  }

  /** Returns the signatures to run, in the order of the request. */
  public List<Task> tasks() {
    return tasks;
  }

  /** Returns how many Examples there are. */
  public int exampleCount() {
    return input.count();
  }

  /** Returns how many bytes the Examples have, each with the context. */
  public long exampleBytes() {
    return input.contentBytes();
  }

  /** Writes the Examples into the memory of a string tensor of one dimension. */
  public void copyExamples(MemorySegment data) throws MalformedMessageException {
    input.copyTo(data);
  }
}
