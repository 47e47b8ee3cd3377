package dev.sluice.api.tfs;

import dev.sluice.auth.AccessTable;
import dev.sluice.auth.Operation;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What requests below {@code /v1/} ask for: found as the API itself finds it. */
public final class RestOperations {
  private static final String MODEL = "/v1/models/{model}";
  private static final String METADATA = MODEL + "/metadata";

  private RestOperations() {}

  /** Returns the operation of a request; never fails. */
  public static Operation of(String method, String target) {
    if (method.equals("OPTIONS")) {
      return Operation.of(AccessTable.OPTIONS, "");
    }
    return switch (RestRoute.of(method, target)) {
      case RestRoute.Infer infer -> Operation.of(name(infer.verb()), infer.target().model());
      case RestRoute.Status status -> Operation.of(MODEL, status.model());
      case RestRoute.Metadata metadata -> Operation.of(METADATA, metadata.model());
      case RestRoute.Refused _, RestRoute.OutOfRange _ -> Operation.of(AccessTable.NO_ROUTE, "");
    };
  }

  private static String name(RestRoute.Verb verb) {
    return MODEL + ":" + verb.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the names of all operations. */
  public static List<String> all() {
    return Stream.concat(
            Stream.of(RestRoute.Verb.values()).map(RestOperations::name),
            Stream.of(MODEL, METADATA))
        .toList();
  }
}
