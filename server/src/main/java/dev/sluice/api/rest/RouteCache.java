package dev.sluice.api.rest;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Keeps the routes of requests that run a model: clients use few targets, and parsing one costs
 * more than looking it up.
 *
 * <p>A client may invent targets. So long ones and those that lead nowhere are not kept, and a full
 * cache is emptied: the routes in use are back at their next request. Thread-safe.
 *
 * @param <R> the routes of a protocol
 */
public final class RouteCache<R> {
  static final int MAX_KEPT = 1024;
  static final int MAX_TARGET = 512;

  private final ConcurrentMap<String, R> kept = new ConcurrentHashMap<>();
  private final Function<String, R> parser;
  private final Predicate<R> keeps;

  /**
   * Creates an empty cache.
   *
   * @param parser finds the route of a target
   * @param keeps whether a route leads somewhere
   */
  public RouteCache(Function<String, R> parser, Predicate<R> keeps) {
    this.parser = parser;
    this.keeps = keeps;
  }

  /** Returns the route of a target. */
  public R of(String target) {
    R route = kept.get(target);
    return route == null ? parse(target) : route;
  }

  private R parse(String target) {
    R route = parser.apply(target);
    if (target.length() <= MAX_TARGET && keeps.test(route)) {
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
