package dev.sluice.it;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A server in a process of its own, with everything that it printed. */
final class ServerProcess implements AutoCloseable {
  /** On the class path, as a folder or as a jar. */
  private static final Pattern OTHER_ENGINES =
      Pattern.compile("(engines/|sluice-engine-)(onnx|pytorch|trees)");

  /** Several servers may start at once on few slow cores. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** What the JVM takes up from the environment, saying so, where a test counts lines. */
  private static final Set<String> JVM_VARIABLES =
      Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private final Process process;
  private final int grpcPort;
  private final int restPort;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final Thread gatherer;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ServerProcess(Process process, int grpcPort, int restPort) {
    this.process = process;
    this.grpcPort = grpcPort;
    this.restPort = restPort;
    this.gatherer = Thread.ofVirtual().start(this::gatherLog);
  }

  /** Starts {@code serve} on free ports and waits until it answers. */
  static ServerProcess serve(String... flags) throws IOException, InterruptedException {
    return serve(Map.of(), flags);
  }

  /** Waits until both ports are open. */
  void awaitReady() throws InterruptedException {
    await("ready", () -> log.stream().anyMatch(line -> line.contains("HTTP/REST API")));
  }

  /** Starts {@code serve} on free ports without waiting. */
  static ServerProcess launch(String... flags) throws IOException {
    return launch(List.of(), flags);
  }

  /** Starts {@code serve} with JVM options besides those that the launcher gives. */
  static ServerProcess launch(List<String> jvmOptions, String... flags) throws IOException {
    return launch(jvmOptions, Map.of(), flags);
  }

  /** Starts {@code serve} with further variables in its environment, and waits until it answers. */
  static ServerProcess serve(Map<String, String> variables, String... flags)
      throws IOException, InterruptedException {
    ServerProcess server = launch(List.of(), variables, flags);
    try {
      server.awaitReady();
      return server;
    } catch (Throwable failure) {
      server.close();
      throw failure;
    }
  }

  private static ServerProcess launch(
      List<String> jvmOptions, Map<String, String> variables, String... flags) throws IOException {
    int grpc = FreePorts.next();
    int rest = FreePorts.next();
    List<String> all = new ArrayList<>();
    all.add("--port=" + grpc);
    all.add("--rest_api_port=" + rest);
    all.addAll(List.of(flags));
    return new ServerProcess(main("serve", all, jvmOptions, variables), grpc, rest);
  }

  /**
   * Starts {@code tensorflow_model_server} without waiting; the ports are those that the flags, or
   * the lack of them, stand for.
   */
  static ServerProcess launchModelServer(int grpc, int rest, String... flags) throws IOException {
    return new ServerProcess(main("tensorflow_model_server", List.of(flags)), grpc, rest);
  }

  /**
   * Starts {@code tensorflow_model_server} on free ports without waiting, with no other engine than
   * the reference has.
   */
  static ServerProcess launchReference(List<String> jvmOptions, String... flags)
      throws IOException {
    int grpc = FreePorts.next();
    int rest = FreePorts.next();
    List<String> all = new ArrayList<>(List.of("--port=" + grpc, "--rest_api_port=" + rest));
    all.addAll(List.of(flags));
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !OTHER_ENGINES.matcher(entry).find())
            .collect(Collectors.joining(File.pathSeparator));
    Process process = main("tensorflow_model_server", all, jvmOptions, Map.of(), classPath);
    return new ServerProcess(process, grpc, rest);
  }

  /** Starts the program with a command and flags, in a JVM like this one. */
  static Process main(String command, List<String> flags) throws IOException {
    return main(command, flags, List.of(), Map.of());
  }

  private static Process main(
      String command,
      List<String> flags,
      List<String> furtherJvmOptions,
      Map<String, String> variables)
      throws IOException {
    return main(
        command, flags, furtherJvmOptions, variables, System.getProperty("java.class.path"));
  }

  private static Process main(
      String command,
      List<String> flags,
      List<String> furtherJvmOptions,
      Map<String, String> variables,
      String classPath)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(jvmOptions());
    line.addAll(furtherJvmOptions);
    line.add("-cp");
    line.add(classPath);
    line.add("dev.sluice.main.Main");
    line.add(command);
    line.addAll(flags);
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().keySet().removeAll(JVM_VARIABLES);
    builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
    builder.environment().putAll(variables);
    return builder.start();
  }

  /** The options that the launcher gives, so that what is tested is what runs. */
  private static List<String> jvmOptions() throws IOException {
    return Files.readAllLines(Models.dist().resolve("jvm.options")).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }

  private void gatherLog() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(line);
      }
    } catch (IOException e) {
      log.add("(the log ends: " + e + ")");
    }
  }

  int grpcPort() {
    return grpcPort;
  }

  int restPort() {
    return restPort;
  }

  long pid() {
    return process.pid();
  }

  List<String> log() {
    return List.copyOf(log);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sends SIGTERM. */
  void terminate() {
    // Process.destroy would close our end of its output, too.
    if (!process.toHandle().destroy()) {
      throw new AssertionError("cannot signal process " + pid());
    }
  }

  /** Waits for the end of the process, and until all that it printed is in the log. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still running; its log:\n" + String.join("\n", log));
    }
    gatherer.join();
    return process.exitValue();
  }

  /** Returns true if the server has a thread of this name, of at most 15 characters. */
  boolean hasThread(String name) {
    try (var threads = Files.list(Path.of("/proc/" + pid() + "/task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("comm")).strip().equals(name)) {
          return true;
        }
      }
      return false;
    } catch (IOException | UncheckedIOException e) {
      return false; // a thread ended while we looked
    }
  }

  /** Returns the resident memory in bytes. */
  long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new AssertionError("no VmRSS of process " + pid());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(uri(path)).timeout(PATIENCE).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return post(path, body.getBytes(StandardCharsets.UTF_8));
  }

  HttpResponse<String> post(String path, byte[] body) throws IOException, InterruptedException {
    return http.send(posted(path, body), HttpResponse.BodyHandlers.ofString());
  }

  /** Posts without waiting for the answer. */
  CompletableFuture<HttpResponse<String>> postLater(String path, String body) {
    return http.sendAsync(
        posted(path, body.getBytes(StandardCharsets.UTF_8)), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest posted(String path, byte[] body) {
    return HttpRequest.newBuilder(uri(path))
        .timeout(PATIENCE)
        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(uri(path))
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + restPort + path);
  }

  /** Returns the status page of a model, or an empty text while there is no answer. */
  String status(String model) {
    try {
      return get("/v1/models/" + model).body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /** Waits for a condition; fails with the log if it does not come true. */
  void await(String what, BooleanSupplier condition) throws InterruptedException {
    await(what, condition, Duration.ofMillis(10));
  }

  /** Waits for a condition that is asked for so often. */
  void await(String what, BooleanSupplier condition, Duration period) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (!process.isAlive()) {
        throw new AssertionError(
            "the server ended with " + process.exitValue() + " while waiting: " + what + logText());
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited in vain: " + what + logText());
      }
      // Polls another process: there is nothing here to be notified by.
      var _ = process.waitFor(period.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private String logText() {
    return "; its log:\n" + String.join("\n", log);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError("process " + pid() + " cannot be killed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }

  /** Copies a directory tree. */
  static void copyTree(Path from, Path to) {
    try (var paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
