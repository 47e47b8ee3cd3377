package dev.sluice.api.tfs.json;

/** The two forms of a predict request; the answer has the form of the request. */
public enum JsonFormat {
  /** A list of {@code instances}, answered by {@code predictions}. */
  ROW,
  /** The whole {@code inputs}, answered by {@code outputs}. */
  COLUMNAR
}
