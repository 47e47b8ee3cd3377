package dev.sluice.engine.pytorch;

import dev.sluice.servable.ServingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A module's method {@code forward}, as its source in the archive declares it. TorchScript has no
 * types of elements and no shapes.
 *
 * @param arguments the names of the tensors it takes, in order; arguments with a default value are
 *     left to that
 * @param assigns true if the code of the module, or of one below it, assigns attributes: a run may
 *     then change what later runs give
 * @param writes true if besides the module may write to what it is given or has given, or keep it:
 *     if it assigns, has collections of tensors, operations that write to a tensor they have, or
 *     runs something beside itself
 * @param defers true if tensors may have elements in memory that are yet to be negated
 */
record Forward(
    List<String> arguments, Outcome outcome, boolean assigns, boolean writes, boolean defers) {
  /** As in {@code (self.cache).last = x}. */
  private static final Pattern ASSIGNMENT =
      Pattern.compile("^ +[^\\s=:\"][^=:\"\\n]*\\.\\w+ = ", Pattern.MULTILINE);

  /** Arguments that an operation writes its results to; each is the name of a result. */
  private static final String RESULTS =
      "out\\d*|values|indices|max|max_indices|min|min_indices|U|S|Vh?|Q|R|L|LU|P|pivots|info"
          + "|sign|logabsdet|mantissa|exponent|eigenvalues|eigenvectors|inverse|hist|bin_edges";

  /** Takes time linear in the source, whatever that is: no part of it is tried twice. */
  private static final Pattern WRITING =
      Pattern.compile(
          // An attribute that is a collection of tensors.
          "^  \\w++ : (?>[^\\n]*?(?:List|Dict)\\[)[^\\n]*Tensor"
              // An operation in place: by convention the name ends in an underscore, or it is
              // one of Python's.
              + "|\\.\\w*[a-z0-9]_\\("
              + "|\\.__i\\w+__\\("
              + "|\\b(?:"
              + RESULTS
              + ")="
              + "|\\bfork\\(|\\bawaitable",
          Pattern.MULTILINE);

  private static final Pattern DEFERRING = Pattern.compile("(?:_neg_view|conj|adjoint|H)\\(");

  private static final String METHOD = "\n  def forward(";
  private static final String TENSOR = "Tensor";
  private static final String OPTIONAL_TENSOR = "Optional[Tensor]";

  Forward {
    arguments = List.copyOf(arguments);
  }

  /**
   * Reads the method of an archive's module.
   *
   * @throws ServingException INVALID_ARGUMENT if requests could not be made for it; the message
   *     names what stands in the way
   */
  static Forward of(TorchArchive archive) throws ServingException {
    String source = ClassSource.body(archive.sourceOf(archive.mainClass()), archive.mainClass());
    int start = source.indexOf(METHOD);
    if (start < 0) {
      throw refused(archive, "has no method forward");
    }
    int open = start + METHOD.length();
    int close = ClassSource.end(source, open, ")");
    int colon = ClassSource.end(source, close + 1, ":");
    if (colon >= source.length()) {
      throw refused(archive, "has a method forward that cannot be read");
    }
    String type = source.substring(close + 1, colon).replace("->", "").strip();
    String code = source.substring(colon + 1);
    boolean assigns = has(archive, ASSIGNMENT);
    return new Forward(
        arguments(archive, source.substring(open, close)),
        new OutcomeReader(archive).read(type, methodOnly(code)),
        assigns,
        assigns || has(archive, WRITING),
        has(archive, DEFERRING));
  }

  private static boolean has(TorchArchive archive, Pattern pattern) {
    return archive.sources().values().stream().anyMatch(text -> pattern.matcher(text).find());
  }

  private static String methodOnly(String code) {
    int next = code.indexOf("\n  def ");
    return next < 0 ? code : code.substring(0, next);
  }

  private static List<String> arguments(TorchArchive archive, String list) throws ServingException {
    List<String> all = ClassSource.split(list);
    List<String> names = new ArrayList<>();
    for (String argument : all.subList(Math.min(1, all.size()), all.size())) {
      int colon = ClassSource.end(argument, 0, ":");
      int equal = ClassSource.end(argument, colon, "=");
      if (equal < argument.length()) {
        continue;
      }
      String name = argument.substring(0, colon).strip();
      String type = argument.substring(Math.min(colon + 1, equal), equal).strip();
      if (!type.equals(TENSOR) && !type.equals(OPTIONAL_TENSOR)) {
        throw refused(
            archive,
            "has a method forward with an argument %s of type %s; expected Tensor, or a default value"
                .formatted(name, type));
      }
      names.add(name);
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw refused(archive, "has a method forward with two arguments of one name: " + names);
    }
    return names;
  }

  /** Returns why a module is not served. */
  static ServingException refused(TorchArchive archive, String found) {
    return ServingException.invalidArgument(
        "The module %s in %s %s".formatted(archive.mainClass(), archive.file(), found));
  }
}
