package dev.sluice.source;

import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Which of the versions found are wanted (config.md §3). Pure and immutable. */
public sealed interface VersionSelection {
  /** What a model without a policy gets: the one highest version. */
  VersionSelection DEFAULT = new Latest(1);

  /** Returns the wanted ones among the numbers found, ascending. */
  NavigableSet<Long> select(Collection<Long> found);

  /**
   * The highest numbers.
   *
   * @param count how many, at least 1
   */
  record Latest(int count) implements VersionSelection {
    public Latest {
      if (count < 1) {
        throw new IllegalArgumentException("expected at least one version, found " + count);
      }
    }

    @Override
    public NavigableSet<Long> select(Collection<Long> found) {
      NavigableSet<Long> selected = new TreeSet<>(found);
      while (selected.size() > count) {
        selected.pollFirst();
      }
      return selected;
    }
  }

  /** Every number. */
  record All() implements VersionSelection {
    @Override
    public NavigableSet<Long> select(Collection<Long> found) {
      return new TreeSet<>(found);
    }
  }

  /**
   * The listed numbers, as far as they exist.
   *
   * @param versions ascending, each once; none means that nothing is wanted
   */
  record Specific(List<Long> versions) implements VersionSelection {
    public Specific {
      versions = List.copyOf(new TreeSet<>(versions));
    }

    @Override
    public NavigableSet<Long> select(Collection<Long> found) {
      NavigableSet<Long> selected = new TreeSet<>(versions);
      selected.retainAll(found);
      return selected;
    }
  }
}
