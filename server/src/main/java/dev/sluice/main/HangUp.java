package dev.sluice.main;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Lets SIGHUP mean "look at the configuration now", as it does for many servers, where the JVM
 * would stop. The JDK's class for that is not part of its API, and the compiler warns of whoever
 * names it: it is looked up, and without it a signal stops the server as before.
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
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      MethodHandle run =
          lookup
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
      Object handling =
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, signal));
      var _ =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), handling);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "SIGHUP stops the server: {0}", e);
    }
  }
}
