package dev.sluice.api.grpc;

import io.grpc.Context;

/** What interceptors in front of the services tell of a call. */
public final class CallContext {
  /** The client that the call is of; absent if nobody said. */
  public static final Context.Key<String> CLIENT = Context.key("dev.sluice.client");

  private CallContext() {}

  /** Returns the client of the present call; empty if nobody said. */
  static String client() {
    String client = CLIENT.get();
    return client == null ? "" : client;
  }
}
