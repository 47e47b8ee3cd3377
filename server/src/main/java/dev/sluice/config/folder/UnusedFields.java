package dev.sluice.config.folder;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.sluice.protos.inference.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Tells which fields of a {@code config.pbtxt} change nothing here. */
final class UnusedFields {
  /** What {@link TritonConfig} looks at, or what holds without being looked at. */
  private static final Set<String> USED =
      Set.of(
          "name",
          "platform",
          "backend",
          "version_policy",
          "max_batch_size",
          "input.name",
          "input.data_type",
          "input.dims",
          "output.name",
          "output.data_type",
          "output.dims",
          "instance_group.name",
          "instance_group.count",
          "instance_group.kind",
          "default_model_filename");

  /** Whose own fields are told apart. */
  private static final Set<String> OPENED =
      Set.of("input", "output", "instance_group", "dynamic_batching");

  private static final String GPU = "KIND_GPU";

  private UnusedFields() {}

  /** Returns their names, such as {@code dynamic_batching.preferred_batch_size}, sorted. */
  static SortedSet<String> of(ModelConfig config) {
    SortedSet<String> unused = new TreeSet<>();
    collect("", config, unused);
    return unused;
  }

  private static void collect(String prefix, Message message, Set<String> unused) {
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      String name = prefix + field.getKey().getName();
      if (OPENED.contains(name)) {
        for (Object value :
            field.getValue() instanceof List<?> list ? list : List.of(field.getValue())) {
          collect(name + ".", (Message) value, unused);
        }
      } else if (isGpu(field.getValue())) {
        unused.add(name + "=" + GPU);
      } else if (!USED.contains(name)) {
        unused.add(name);
      }
    }
  }

  private static boolean isGpu(Object value) {
    return value instanceof EnumValueDescriptor kind && kind.getName().equals(GPU);
  }
}
