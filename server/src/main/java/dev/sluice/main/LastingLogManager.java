package dev.sluice.main;

import java.util.logging.LogManager;

/**
 * Keeps the log open to the end.
 *
 * <p>The JDK's own manager closes every handler in a shutdown hook, which runs beside the one that
 * drains the server: what happens during a stop would not be logged.
 */
public final class LastingLogManager extends LogManager {
  /** Created by {@link LogManager}, by the name in a system property. */
  public LastingLogManager() {}

  @Override
  public void reset() {}
}
