package dev.sluice.engine.pytorch;

import dev.sluice.servable.ServingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out what a method gives: from its declared type, and where that does not say how many
 * tensors there are, from the list or dictionary that its code makes.
 */
final class OutcomeReader {
  private static final String TUPLE = "Tuple[";
  private static final String LIST = "List[Tensor]";
  private static final String DICTIONARY = "Dict[str, Tensor]";
  private static final Pattern NAMED_PART = Pattern.compile("^  (\\w+) : (.+)$", Pattern.MULTILINE);
  private static final Pattern RETURN = Pattern.compile("^ +return (.+)$", Pattern.MULTILINE);
  private static final Pattern KEY = Pattern.compile("\"([^\"\\\\]+)\"\\s*:.*", Pattern.DOTALL);

  private final TorchArchive archive;

  OutcomeReader(TorchArchive archive) {
    this.archive = archive;
  }

  /**
   * Reads what a method gives.
   *
   * @param type as it declares it
   * @param code its statements
   */
  Outcome read(String type, String code) throws ServingException {
    if (type.equals("Tensor")) {
      return new Outcome.One();
    }
    if (type.startsWith(TUPLE)) {
      List<String> types = ClassSource.split(type.substring(TUPLE.length(), type.length() - 1));
      if (!types.isEmpty() && types.stream().allMatch("Tensor"::equals)) {
        return new Outcome.Tuple(Outcome.numbered(types.size()));
      }
    }
    if (type.equals(LIST)) {
      return new Outcome.Listed(literal(type, code, '[').size());
    }
    if (type.equals(DICTIONARY)) {
      return new Outcome.Keyed(keys(type, literal(type, code, '{')));
    }
    List<String> parts = namedParts(type);
    if (!parts.isEmpty()) {
      return new Outcome.Tuple(parts);
    }
    throw Forward.refused(
        archive,
        ("has a method forward that gives %s; expected Tensor, %s, %s, or a tuple or NamedTuple of"
                + " Tensor")
            .formatted(type, LIST, DICTIONARY));
  }

  private List<String> namedParts(String type) {
    String source = ClassSource.body(archive.sourceOf(type), type);
    if (!source.contains("(NamedTuple):")) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    Matcher part = NAMED_PART.matcher(source);
    while (part.find()) {
      if (!part.group(2).strip().equals("Tensor")) {
        return List.of();
      }
      names.add(part.group(1));
    }
    return names;
  }

  /** Returns the elements that the code writes between brackets to make the value it returns. */
  private List<String> literal(String type, String code, char bracket) throws ServingException {
    Set<List<String>> found = new HashSet<>();
    Matcher returned = RETURN.matcher(code);
    String value = returned.find() ? returned.group(1).strip() : "";
    if (value.matches("\\w+")) {
      Matcher made = Pattern.compile("^ +" + value + " = (.+)$", Pattern.MULTILINE).matcher(code);
      while (made.find()) {
        found.add(elements(made.group(1).strip(), bracket));
      }
    } else {
      found.add(elements(value, bracket));
    }
    List<String> elements = found.size() == 1 ? found.iterator().next() : List.of();
    if (elements.isEmpty()) {
      throw Forward.refused(
          archive,
          ("has a method forward that gives %s made in steps, so that nobody knows its outputs"
                  + " before a run; expected a literal, or a tuple or NamedTuple of Tensor")
              .formatted(type));
    }
    return elements;
  }

  private static List<String> elements(String value, char bracket) {
    boolean isLiteral =
        !value.isEmpty()
            && value.charAt(0) == bracket
            && ClassSource.end(value, 1, bracket == '[' ? "]" : "}") == value.length() - 1;
    return isLiteral ? ClassSource.split(value.substring(1, value.length() - 1)) : List.of();
  }

  private List<String> keys(String type, List<String> entries) throws ServingException {
    Set<String> keys = new LinkedHashSet<>();
    for (String entry : entries) {
      Matcher key = KEY.matcher(entry);
      if (!key.matches() || !keys.add(key.group(1))) {
        throw Forward.refused(
            archive,
            "has a method forward that gives %s with keys that are not written in its code"
                .formatted(type));
      }
    }
    return List.copyOf(keys);
  }
}
