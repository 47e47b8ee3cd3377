package dev.sluice.client;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which model is asked, where.
 *
 * @param server scheme, host, port and what stands before {@code /v1}, without a slash at its end
 * @param label the version's label; empty if {@code version} is present
 */
record Target(URI server, String model, OptionalLong version, Optional<String> label) {
  /** Returns the address of the model, of all its versions. */
  URI modelAddress() {
    return URI.create(server + "/v1/models/" + encoded(model));
  }

  /** Returns an address of the version asked for, such as that of {@code :predict}. */
  URI address(String action) {
    StringBuilder address = new StringBuilder(modelAddress().toString());
    version.ifPresent(number -> address.append("/versions/").append(number));
    label.ifPresent(name -> address.append("/labels/").append(encoded(name)));
    return URI.create(address.append(action).toString());
  }

  /** Returns model and version for people. */
  String title() {
    StringBuilder title = new StringBuilder(model);
    version.ifPresent(number -> title.append(", version ").append(number));
    label.ifPresent(name -> title.append(", label ").append(name));
    return title.toString();
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
