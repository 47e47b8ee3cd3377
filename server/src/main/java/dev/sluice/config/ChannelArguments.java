package dev.sluice.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The value of {@code --grpc_channel_arguments}: {@code key=value} pairs separated by commas
 * (grpc.md §1).
 *
 * @param values by key, in the order given; the last of equal keys counts
 */
public record ChannelArguments(Map<String, String> values) {
  /** No arguments. */
  public static final ChannelArguments NONE = new ChannelArguments(Map.of());

  public ChannelArguments {
    values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /**
   * Reads the flag's value; spaces around a part are ignored.
   *
   * @throws ConfigException if a part is not {@code key=value}
   */
  static ChannelArguments parse(String flagValue) throws ConfigException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String part : flagValue.split(",", -1)) {
      if (part.isBlank()) {
        continue;
      }
      int equals = part.indexOf('=');
      if (equals <= 0) {
        throw ConfigException.invalid(
            "--grpc_channel_arguments=%s: expected key=value,key=value; found %s"
                .formatted(flagValue, part));
      }
      values.put(part.substring(0, equals).strip(), part.substring(equals + 1).strip());
    }
    return new ChannelArguments(values);
  }
}
