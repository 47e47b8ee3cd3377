package dev.sluice.api.tfs;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Keeps the routes of requests that run a model: clients use few targets, and parsing one costs
 * more than looking it up.
 *
 * <p>A client may invent targets. So long ones and those that lead nowhere are not kept, and a full
 * cache is emptied: the routes in use are back at their next request. Thread-safe.
 */
final class RouteCache {
  static final int MAX_KEPT = 1024;
  static final int MAX_TARGET = 512;

  private final ConcurrentMap<String, RestRoute> kept = new ConcurrentHashMap<>();

  /** Returns the route of a POST. */
  RestRoute post(String target) {
    RestRoute route = kept.get(target);
    return route == null ? parse(target) : route;
  }

  private RestRoute parse(String target) {
    RestRoute route = RestRoute.of("POST", target);
    if (route instanceof RestRoute.Infer && target.length() <= MAX_TARGET) {
      if (kept.size() >= MAX_KEPT) {
        kept.clear();
      }
      kept.put(target, route);
    }
    return route;
  }

  /** Returns how many routes are kept. A snapshot. */
  int size() {
    return kept.size();
  }
}
