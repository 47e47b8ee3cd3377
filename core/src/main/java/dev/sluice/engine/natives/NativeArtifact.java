package dev.sluice.engine.natives;

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
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * A Maven artifact that carries native libraries.
 *
 * @param name what the libraries are called in names of directories, such as {@code tensorflow}
 * @param group the artifact's group, for messages and to find its version
 * @param artifact the artifact's own name
 */
public record NativeArtifact(String name, String group, String artifact) {
  /**
   * Finds libraries in the artifact's jar.
   *
   * @param loader sees the jar
   * @param folder where the jar has them, without a slash at the end
   * @param platform what they are made for, such as {@code linux-x86_64}
   * @param files their names, in the order in which they must be loaded
   * @throws FileNotFoundException if the class path has none for the platform; the message names
   *     the artifact
   */
  public NativeFiles find(ClassLoader loader, String folder, String platform, List<String> files)
      throws IOException {
    List<NativeFile> found = new ArrayList<>();
    String inManifest = "unknown";
    for (String file : files) {
      URL url = loader.getResource(folder + "/" + file);
      if (url == null) {
        throw new FileNotFoundException(
            "%s for %s is not on the class path; it comes with the artifact %s:%s"
                .formatted(file, platform, group, artifact));
      }
      found.add(describe(file, url));
      inManifest = versionInManifest(url, inManifest);
    }
    return new NativeFiles(name + "-" + version(loader, inManifest) + "-" + platform, found);
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

  /**
   * Returns what Maven has written into the jar, or {@code otherwise}: not all jars are Maven's.
   */
  private String version(ClassLoader loader, String otherwise) throws IOException {
    Properties properties = new Properties();
    String file = "META-INF/maven/%s/%s/pom.properties".formatted(group, artifact);
    try (InputStream in = loader.getResourceAsStream(file)) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", otherwise);
  }

  private static String versionInManifest(URL url, String otherwise) throws IOException {
    if (url.openConnection() instanceof JarURLConnection jar) {
      Manifest manifest = jar.getManifest();
      String version =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
      return version == null ? otherwise : version;
    }
    return otherwise;
  }
}
