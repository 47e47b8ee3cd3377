package dev.sluice.api.rest;

import dev.sluice.servable.ServingException;

/** Expands compressed bodies; on a worker. */
@FunctionalInterface
public interface Expansion {
  /** Who lends the memory. */
  interface Room {
    /** Takes room for so many bytes, or fails. */
    void take(long bytes) throws ServingException;
  }

  /**
   * Returns the expanded bytes.
   *
   * @param length how many of the bytes are the body
   * @param room is asked once, before anything is expanded
   */
  byte[] expand(byte[] bytes, int length, Room room) throws ServingException;
}
