package dev.sluice.api.oip.rest;

import dev.sluice.auth.AccessTable;
import dev.sluice.auth.Operation;
import java.util.List;
import java.util.stream.Stream;

/** What requests below {@code /v2} ask for: found as the API itself finds it. */
public final class OipOperations {
  private OipOperations() {}

  /** Returns the operation of a request; never fails. */
  public static Operation of(String method, String target) {
    if (method.equals("OPTIONS")) {
      return Operation.of(AccessTable.OPTIONS, "");
    }
    return switch (OipRoute.of(target)) {
      case OipRoute.Infer(var model) -> Operation.of(name(Endpoint.INFER), model.model());
      case OipRoute.Other other -> Operation.of(name(other.endpoint()), other.model());
      case OipRoute.Refused refused -> Operation.of(name(refused.endpoint()), "");
      case OipRoute.Unknown _ -> Operation.of(AccessTable.NO_ROUTE, "");
    };
  }

  private static String name(Endpoint endpoint) {
    return OipRoute.ROOT + "/" + endpoint.template();
  }

  /** Returns the names of all operations. */
  public static List<String> all() {
    return Stream.of(Endpoint.values()).map(OipOperations::name).toList();
  }
}
