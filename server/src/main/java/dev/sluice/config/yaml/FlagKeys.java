package dev.sluice.config.yaml;

import dev.sluice.config.ServeOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The flags of {@code sluice serve} as keys of a file: a flag's key is its name without dashes, and
 * what several names begin with, up to an underscore, is a group: {@code rest_api: {port: 8501}} is
 * {@code rest_api_port: 8501}. Both follow from the one list of flags. Adding a flag can add
 * groups, but never takes one away.
 */
final class FlagKeys {
  /** What the command line only can say. */
  private static final Set<String> NO_KEYS = Set.of("--config", "--help", "--version");

  /** First words that say nothing of what a flag is about. */
  private static final Set<String> NO_GROUPS = Set.of("enable", "num", "max", "use", "allow");

  private final SortedMap<String, Flag> byKey = new TreeMap<>();
  private final SortedMap<String, SortedMap<String, Flag>> groups = new TreeMap<>();

  /**
   * A flag.
   *
   * @param name such as {@code --port}
   * @param type of its value on the command line
   * @param description for people
   * @param initial what holds if nothing is said; null if that is nothing
   */
  record Flag(String name, Class<?> type, String description, @Nullable Object initial) {
    /** Returns true if the value may be a list of texts. */
    boolean takesList() {
      return type.equals(String.class) || Collection.class.isAssignableFrom(type);
    }

    /** Returns true if the value may be pairs, which the description then shows. */
    boolean takesPairs() {
      return type.equals(String.class) && description.contains("=");
    }

    /** Returns what a value is, for messages. */
    String expected() {
      if (type.equals(boolean.class) || type.equals(Boolean.class)) {
        return "true or false";
      }
      if (type.equals(int.class) || type.equals(long.class)) {
        return "a whole number";
      }
      if (type.equals(float.class) || type.equals(double.class)) {
        return "a number";
      }
      return takesPairs() ? "a text or a mapping" : takesList() ? "a text or a list" : "a value";
    }
  }

  private FlagKeys(Collection<OptionSpec> options, Map<String, String> aliases) {
    Map<String, Flag> byName = new HashMap<>();
    for (OptionSpec option : options) {
      if (!NO_KEYS.contains(option.longestName())) {
        Flag flag =
            new Flag(
                option.longestName(),
                option.type(),
                String.join(" ", option.description()),
                option.initialValue());
        byName.put(flag.name(), flag);
        byKey.put(key(flag.name()), flag);
      }
    }
    aliases.forEach(
        (alias, name) -> {
          Flag flag = byName.get(name);
          if (flag != null) {
            byKey.putIfAbsent(key(alias), flag);
          }
        });
    byKey.forEach(this::addToGroups);
    groups.values().removeIf(members -> !isGroup(members));
  }

  /** Where all go on with the same word, that belongs to the group's name. */
  private static boolean isGroup(Map<String, Flag> members) {
    return new HashSet<>(members.values()).size() > 1
        && members.keySet().stream().map(FlagKeys::firstWord).distinct().count() > 1;
  }

  private static String firstWord(String key) {
    int end = key.indexOf('_');
    return end < 0 ? key : key.substring(0, end);
  }

  private void addToGroups(String key, Flag flag) {
    for (int at = key.indexOf('_'); at >= 0; at = key.indexOf('_', at + 1)) {
      String prefix = key.substring(0, at);
      if (!NO_GROUPS.contains(firstWord(prefix))) {
        groups.computeIfAbsent(prefix, _ -> new TreeMap<>()).put(key.substring(at + 1), flag);
      }
    }
  }

  /** Returns the keys of all flags that a server has. */
  static FlagKeys ofServer() {
    return new FlagKeys(ServeOptions.flags(), ServeOptions.aliases());
  }

  private static String key(String name) {
    return name.substring(2);
  }

  /** Returns the flag of a key. */
  Optional<Flag> flag(String key) {
    return Optional.ofNullable(byKey.get(key));
  }

  /** Returns the flags of a group by the rest of their keys; none if there is no such group. */
  Map<String, Flag> group(String key) {
    return groups.getOrDefault(key, new TreeMap<>());
  }

  /**
   * Returns the flags whose keys begin with a word, also a single one, by the rest of their keys.
   */
  Map<String, Flag> beginningWith(String word) {
    Map<String, Flag> found = new TreeMap<>();
    byKey.forEach(
        (key, flag) -> {
          if (key.startsWith(word + "_")) {
            found.put(key.substring(word.length() + 1), flag);
          }
        });
    return found;
  }

  /** Returns all flags by key. */
  SortedMap<String, Flag> flags() {
    return byKey;
  }

  /** Returns all groups by key. */
  SortedMap<String, SortedMap<String, Flag>> groups() {
    return groups;
  }

  /** Returns all keys of the file's first level that this knows. */
  SortedSet<String> keys() {
    List<String> keys = new ArrayList<>(byKey.keySet());
    keys.addAll(groups.keySet());
    return new TreeSet<>(keys);
  }
}
