package dev.sluice.main;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which Sluice this is. */
final class Version {
  private Version() {}

  /** Returns the version that the build wrote, such as {@code 0.1.0}. */
  static String current() {
    return read("version");
  }

  /**
   * Returns the version of the TensorFlow whose library the build brings, such as {@code 2.20.0}.
   */
  static String ofTensorFlow() {
    return read("tensorflow");
  }

  private static String read(String key) {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IllegalStateException("version.properties is not on the class path");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty(key, "unknown");
  }
}
