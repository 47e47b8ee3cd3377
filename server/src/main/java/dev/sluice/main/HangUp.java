package dev.sluice.main;

import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Lets SIGHUP mean "look at the configuration now", as it does for many servers, where the JVM would
 * stop. The JDK's class for that is not part of its API: without it a signal stops the server as
 * before.
 */
final class HangUp {
  private static final System.Logger LOG = System.getLogger("sluice");

  private HangUp() {}

  /**
   * Has an action run at each SIGHUP from now on.
   *
   * @param action must not block; runs on a thread of the JVM
   */
  static void arrange(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handling =
          Proxy.newProxyInstance(
              HangUp.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> answer(action, proxy, method.getName(), arguments));
      var _ =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), handling);
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | IllegalAccessException
        | InstantiationException
        | InvocationTargetException e) {
      LOG.log(Level.DEBUG, "SIGHUP stops the server: {0}", e);
    }
  }

  /** A proxy is asked for the methods of every object, too. */
  private static @Nullable Object answer(
      Runnable action, Object proxy, String method, Object @Nullable [] arguments) {
    return switch (method) {
      case "handle" -> {
        action.run();
        yield null;
      }
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "SIGHUP";
    };
  }
}
