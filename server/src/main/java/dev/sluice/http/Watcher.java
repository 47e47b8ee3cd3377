package dev.sluice.http;

/** Is told when an exchange ends otherwise than by its answer. Called on the event loop. */
public interface Watcher {
  /** The time that {@link Exchange#watch} gave is up; the exchange still wants its answer. */
  void onTimeout();

  /** The client has gone; an answer will be thrown away. */
  void onDisconnect();
}
