package dev.sluice.api.tfs;

/**
 * What an operator can change about running models over gRPC.
 *
 * @param tensorContent answer Predict with tensor_content instead of typed lists
 *     (--enable_serialization_as_tensor_content)
 * @param checkMethodName refuse signatures whose method is not that of the request
 *     (--enable_signature_method_name_check)
 * @param largestInline requests of more bytes than this are decoded on a worker, not on the event
 *     loop, where they would stop every connection of that loop
 */
public record PredictOptions(boolean tensorContent, boolean checkMethodName, int largestInline) {
  /** What the event loop decodes itself unless told otherwise: 1 MB takes it some 50 µs. */
  public static final int DEFAULT_LARGEST_INLINE = 1 << 20;

  /** What the reference does when no flag is given. */
  public static final PredictOptions DEFAULTS =
      new PredictOptions(false, false, DEFAULT_LARGEST_INLINE);
}
