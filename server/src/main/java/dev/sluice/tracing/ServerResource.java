package dev.sluice.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which server traces come from. */
final class ServerResource {
  private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");
  private static final String NAME = "sluice";

  /** How the SDK calls a service that nobody has named. */
  private static final String NAMELESS = "unknown_service";

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private ServerResource() {}

  /**
   * Returns the attributes of this server; those that the operator has set go before.
   *
   * @param configured what the SDK made of the environment
   */
  static Resource of(Resource configured, String version) {
    Resource all = Resource.create(own(version)).merge(configured);
    String name = all.getAttribute(SERVICE_NAME);
    return name == null || name.startsWith(NAMELESS)
        ? all.merge(Resource.create(Attributes.of(SERVICE_NAME, NAME)))
        : all;
  }

  private static Attributes own(String version) {
    AttributesBuilder attributes =
        Attributes.builder()
            .put("service.version", version)
            .put("process.pid", ProcessHandle.current().pid());
    try {
      // Not by InetAddress: that asks the network.
      attributes.put("host.name", Files.readString(HOST_NAME).strip());
    } catch (IOException notThisSystem) {
      // Then it has none.
    }
    return attributes.build();
  }
}
