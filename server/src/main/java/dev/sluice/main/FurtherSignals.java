package dev.sluice.main;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Signals that come while the process stops. The JVM's own handler does nothing with them then, and
 * a shutdown hook sees only the first.
 */
final class FurtherSignals {
  private static final List<String> NAMES = List.of("TERM", "INT");

  private FurtherSignals() {}

  /**
   * Runs an action at each SIGTERM and SIGINT from now on. Where the JVM does not let us, they have
   * no effect.
   */
  static void onEach(Runnable action) {
    try {
      // Supported (jdk.unsupported), but javac warns of every use, whatever is suppressed.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler invocation =
          (self, method, arguments) -> {
            if (method.getName().equals("handle")) {
              action.run();
            }
            return null;
          };
      Object own =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, invocation);
      for (String name : NAMES) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), own);
      }
    } catch (ReflectiveOperationException | IllegalArgumentException notHere) {
      // Then whoever is in a hurry has SIGKILL.
    }
  }
}
