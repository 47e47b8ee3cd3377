package dev.sluice.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class RouteCacheTest {
  private static final String MODEL = "/models/m";

  private record Route(boolean runs) {}

  private final RouteCache<Route> routes =
      new RouteCache<>(target -> new Route(target.startsWith("/models/")), Route::runs);

  @Test
  void keepsTheRoutesThatRunModels() {
    assertSame(routes.of(MODEL), routes.of(MODEL));
    assertEquals(1, routes.size());
  }

  @Test
  void keepsNothingThatLeadsNowhere() {
    assertEquals(new Route(false), routes.of("/nonsense"));
    assertEquals(0, routes.size());
  }

  @Test
  void keepsNothingLong() {
    assertEquals(new Route(true), routes.of(MODEL.repeat(RouteCache.MAX_TARGET)));
    assertEquals(0, routes.size());
  }

  @Test
  void inventedTargetsKeepRealOnesOutOnlyOnce() {
    for (int i = 0; i < 5 * RouteCache.MAX_KEPT; i++) {
      routes.of(MODEL + i);
      assertTrue(routes.size() <= RouteCache.MAX_KEPT);
    }
    assertSame(routes.of(MODEL), routes.of(MODEL));
  }
}
