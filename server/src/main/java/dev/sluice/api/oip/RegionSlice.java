package dev.sluice.api.oip;

import dev.sluice.servable.ServingException;
import org.jspecify.annotations.Nullable;

/**
 * Where the values of a tensor are in a registered region of shared memory.
 *
 * @param offset from the region's own beginning, in bytes
 * @param byteSize how many bytes are the tensor's; of an output, how many there are at most
 */
public record RegionSlice(String region, long offset, long byteSize) {
  /** The parameters of a tensor that say so, and of an output that lies there. */
  public static final String REGION = "shared_memory_region";

  /** The parameter for how many bytes of the region are meant. */
  public static final String BYTE_SIZE = "shared_memory_byte_size";

  /** The parameter for where in the region they begin; 0 without it. */
  public static final String OFFSET = "shared_memory_offset";

  /**
   * Reads the parameters of a tensor.
   *
   * @return null if its values are not in shared memory
   */
  public static @Nullable RegionSlice of(Parameters parameters) throws ServingException {
    if (!parameters.has(REGION)) {
      return null;
    }
    if (!parameters.has(BYTE_SIZE)) {
      throw ServingException.invalidArgument(
          "Parameters of %s: expected %s with %s, found none"
              .formatted(parameters.owner(), BYTE_SIZE, REGION));
    }
    return new RegionSlice(
        parameters.text(REGION), parameters.count(OFFSET, 0), parameters.count(BYTE_SIZE, 0));
  }
}
