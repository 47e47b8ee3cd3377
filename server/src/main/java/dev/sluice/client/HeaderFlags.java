package dev.sluice.client;

import dev.sluice.client.tensor.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Headers that a command sends with each request. Filled in by picocli. */
public final class HeaderFlags {
  @Option(
      names = "--header",
      paramLabel = "\"NAME: VALUE\"",
      description = "Send this header, such as \"Authorization: Bearer ...\".")
  private List<String> headers = new ArrayList<>();

  /** Creates flags that have not been read yet. */
  public HeaderFlags() {}

  /**
   * Returns the headers by name, in their order.
   *
   * @throws InputException if one is no header
   */
  public Map<String, String> headers() throws InputException {
    Map<String, String> all = new LinkedHashMap<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new InputException("--header: expected \"Name: value\"");
      }
      all.put(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    return all;
  }
}
