package dev.sluice.engine.trees;

/**
 * A tree as its file has it, not yet checked. Nodes are spoken of by references, whose meaning is
 * the format's own.
 */
interface RawTree {
  /** Returns how many nodes there may be. */
  int size();

  /** Returns the reference to the root. */
  int root();

  /**
   * Returns a number from 0 to below {@link #size()} for a reference, or -1 if it leads nowhere.
   */
  int index(int reference);

  /** Tells what a node is, by one call. */
  void describe(int reference, Nodes nodes) throws ModelFormatException;

  /** Receives a node. */
  interface Nodes {
    void leaf(double value) throws ModelFormatException;

    /** The node sends what is at most the threshold left, as {@link Encoding#ordered} orders it. */
    void split(int feature, Encoding encoding, long threshold, Children children)
        throws ModelFormatException;

    /** The node goes by whether a set has the feature's category. */
    void categories(int feature, Encoding encoding, CategorySet set, Children children)
        throws ModelFormatException;
  }

  /** References to the nodes below a node. */
  record Children(int left, int right) {}

  /**
   * A set of categories.
   *
   * @param bits category c is bit c % 32 of word c / 32
   * @param goesLeft true if the members go left, and all others right; false for the reverse
   * @param missingGoesLeft where {@link Encoding#MISSING_CATEGORY} goes
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record CategorySet(int[] bits, boolean goesLeft, boolean missingGoesLeft) {}
}
