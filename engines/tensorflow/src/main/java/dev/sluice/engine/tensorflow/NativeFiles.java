package dev.sluice.engine.tensorflow;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/**
 * The native libraries that the class path carries for one platform.
 *
 * @param label version and platform, for the name of the directory they are unpacked to
 * @param files the files, in the order in which they must be loaded
 */
record NativeFiles(String label, List<NativeFile> files) {
  private static final String ARTIFACT = "org.tensorflow:tensorflow-core-native";
  private static final String ROOT = "org/tensorflow/internal/c_api/";
  private static final String PROPERTIES =
      "META-INF/maven/org.tensorflow/tensorflow-core-native/pom.properties";

  /** In the order of loading: the second needs the first. */
  private static final List<String> NAMES =
      List.of("libtensorflow_framework.so.2", "libtensorflow_cc.so.2");

  NativeFiles {
    files = List.copyOf(files);
  }

  /**
   * Finds the libraries in the jar of {@code org.tensorflow:tensorflow-core-native}.
   *
   * @throws IOException if there is none for the platform; the message names the artifact
   */
  static NativeFiles onClassPath(String platform) throws IOException {
    ClassLoader loader = NativeFiles.class.getClassLoader();
    List<NativeFile> files = new ArrayList<>();
    for (String name : NAMES) {
      URL url = loader.getResource(ROOT + platform + "/" + name);
      if (url == null) {
        throw new FileNotFoundException(
            name
                + " for "
                + platform
                + " is not on the class path; it comes with the artifact "
                + ARTIFACT
                + " with classifier "
                + platform);
      }
      files.add(describe(name, url));
    }
    return new NativeFiles("tensorflow-" + version(loader) + "-" + platform, files);
  }

  private static NativeFile describe(String name, URL url) throws IOException {
    URLConnection connection = url.openConnection();
    String fingerprint = "";
    if (connection instanceof JarURLConnection jar) {
      // The jar's directory of entries has it: no byte of the library is read for it.
      fingerprint = HexFormat.of().toHexDigits(jar.getJarEntry().getCrc(), 8);
    }
    return new NativeFile(name, connection.getContentLengthLong(), fingerprint, url::openStream);
  }

  private static String version(ClassLoader loader) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = loader.getResourceAsStream(PROPERTIES)) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", "unknown");
  }
}
