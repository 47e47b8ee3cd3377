package dev.sluice.loadtest;

/** What carries the requests. */
enum Protocol {
  REST("REST", 8501),
  GRPC("gRPC", 8500);

  private final String title;
  private final int port;

  Protocol(String title, int port) {
    this.title = title;
    this.port = port;
  }

  String title() {
    return title;
  }

  /** Returns the port where a server listens by default. */
  int defaultPort() {
    return port;
  }
}
