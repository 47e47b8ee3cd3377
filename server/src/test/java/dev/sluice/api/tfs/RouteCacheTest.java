package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class RouteCacheTest {
  private static final String PREDICT = "/v1/models/m:predict";

  private final RouteCache routes = new RouteCache();

  @Test
  void keepsTheRoutesThatRunModels() {
    assertSame(routes.post(PREDICT), routes.post(PREDICT));
    assertEquals(1, routes.size());
  }

  @Test
  void keepsNothingThatLeadsNowhere() {
    assertInstanceOf(RestRoute.Refused.class, routes.post("/v1/nonsense"));
    assertEquals(0, routes.size());
  }

  @Test
  void keepsNothingLong() {
    String model = "m".repeat(RouteCache.MAX_TARGET);
    assertInstanceOf(RestRoute.Infer.class, routes.post("/v1/models/" + model + ":predict"));
    assertEquals(0, routes.size());
  }

  @Test
  void inventedTargetsKeepRealOnesOutOnlyOnce() {
    for (int i = 0; i < 5 * RouteCache.MAX_KEPT; i++) {
      routes.post("/v1/models/invented" + i + ":predict");
      assertTrue(routes.size() <= RouteCache.MAX_KEPT);
    }
    assertSame(routes.post(PREDICT), routes.post(PREDICT));
  }
}
