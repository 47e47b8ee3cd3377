package dev.sluice.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ServerResourceTest {
  private static @Nullable String text(Resource resource, String key) {
    return resource.getAttribute(AttributeKey.stringKey(key));
  }

  @Test
  void aServiceThatNobodyHasNamedIsSluice() {
    Resource resource = ServerResource.of(Resource.getDefault(), "1.2.3");
    assertEquals("sluice", text(resource, "service.name"));
    assertEquals("1.2.3", text(resource, "service.version"));
    assertEquals("java", text(resource, "telemetry.sdk.language"));
    assertNotNull(text(resource, "host.name"));
  }

  @Test
  void whatTheOperatorSaysGoesBefore() {
    Resource named =
        Resource.getDefault()
            .merge(
                Resource.create(
                    Attributes.builder()
                        .put("service.name", "ranker")
                        .put("service.version", "mine")
                        .put("deployment.environment.name", "test")
                        .build()));
    Resource resource = ServerResource.of(named, "1.2.3");
    assertEquals("ranker", text(resource, "service.name"));
    assertEquals("mine", text(resource, "service.version"));
    assertEquals("test", text(resource, "deployment.environment.name"));
  }
}
