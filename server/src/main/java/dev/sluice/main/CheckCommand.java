package dev.sluice.main;

import dev.sluice.check.CheckReport;
import dev.sluice.check.Comparison;
import dev.sluice.check.Finding;
import dev.sluice.check.ModelCheck;
import dev.sluice.check.PlannedModel;
import dev.sluice.client.ServerException;
import dev.sluice.client.status.ServerProbe;
import dev.sluice.client.tensor.InputException;
import dev.sluice.config.ConfigException;
import dev.sluice.config.ModelsConfig;
import dev.sluice.config.ServeOptions;
import dev.sluice.config.ServerSettings;
import dev.sluice.config.yaml.FileSchema;
import dev.sluice.config.yaml.ServeArguments;
import dev.sluice.engine.Engine;
import dev.sluice.tls.TlsUse;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code sluice check}: what {@code sluice serve} would do, without doing it. */
final class CheckCommand {
  /** Of each request to a running server. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CheckOptions options;
  private final List<String> settings = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  /** Empty if the configuration cannot be read so far. */
  private Optional<List<PlannedModel>> plan = Optional.empty();

  private CheckCommand(CheckOptions options) {
    this.options = options;
  }

  /** Runs the command and returns the exit status. */
  static int run(List<String> flags) throws InterruptedException {
    CheckOptions options;
    try {
      options = CheckOptions.parse(flags);
    } catch (InputException e) {
      System.err.println("sluice check: " + e.getMessage());
      return Main.FAILURE;
    }
    if (options.help() || options.schema()) {
      System.out.print(options.help() ? CheckOptions.USAGE : FileSchema.text());
      return 0;
    }
    CheckReport report = new CheckCommand(options).report();
    System.out.print(options.json() ? report.json() + "\n" : report.text(Terminal.screen()));
    System.out.flush();
    return report.status(options.strict());
  }

  private CheckReport report() throws InterruptedException {
    check();
    Optional<List<Comparison.Change>> changes = Optional.empty();
    if (options.server().isPresent() && plan.isPresent()) {
      changes = compare(options.server().get(), plan.get());
    }
    return new CheckReport(settings, findings, plan.orElse(List.of()), changes);
  }

  private void check() {
    try {
      ServeOptions serve =
          ServeArguments.parse(System::getenv, options.serve().toArray(String[]::new));
      ServerSettings read = settings(serve);
      serve.warnings().forEach(this::warn);
      describe(read);
      checkListeners(read);
      checkModels(read);
    } catch (ConfigException e) {
      findings.add(Finding.error(e.text()));
    }
  }

  /** What is said first is not all that is wrong. */
  private ServerSettings settings(ServeOptions serve) throws ConfigException {
    try {
      return serve.settings();
    } catch (ConfigException first) {
      for (String complaint : serve.complaints()) {
        int colon = complaint.indexOf(": ");
        String flag = complaint.substring(0, colon);
        boolean isFirst =
            first.text().startsWith(flag + "=")
                || first.text().equals(complaint)
                || first.text().equals(complaint.substring(colon + 2));
        if (!isFirst) {
          findings.add(Finding.error(complaint));
        }
      }
      throw first;
    }
  }

  private void describe(ServerSettings read) {
    settings.add(
        "gRPC %s%s, REST %s"
            .formatted(
                read.grpc().port() == 0 ? "on no port" : "on port " + read.grpc().port(),
                read.grpc().tls().isPresent() ? " encrypted" : "",
                read.rest().port() == 0 ? "on no port" : "on port " + read.rest().port()));
    settings.add(
        "metrics " + (read.monitoring().enabled() ? "at " + read.monitoring().path() : "nowhere"));
  }

  private void checkListeners(ServerSettings read) {
    int grpc = read.grpc().port();
    if (grpc != 0 && grpc == read.rest().port()) {
      findings.add(
          Finding.error(
              "--port and --rest_api_port: both are %d; expected two different ports"
                  .formatted(grpc)));
    }
    try {
      Security security = new Security(read);
      for (TlsUse use : TlsUse.values()) {
        var _ = security.encryption(use);
      }
    } catch (ConfigException e) {
      findings.add(Finding.error(e.text()));
    }
  }

  private void checkModels(ServerSettings read) throws ConfigException {
    ModelsOrigin origin =
        ModelsOrigin.of(read.models(), Engines.validator(read.models()), this::warn);
    ModelsConfig models = origin.reader().read(ModelsConfig.NOTHING);
    read.limits().warnings(models).forEach(this::warn);
    if (models.models().isEmpty()) {
      warn(origin.name() + ": no model is configured");
    }
    ModelCheck check =
        new ModelCheck(
            read, Engines.onClassPath(), origin.settings(), memoryBytes(), findings::add);
    plan = Optional.of(check.plan(models));
  }

  private Optional<List<Comparison.Change>> compare(URI server, List<PlannedModel> planned)
      throws InterruptedException {
    try (ServerProbe probe = new ServerProbe(server, PATIENCE, Map.of())) {
      return Optional.of(Comparison.of(planned, probe.state(), engines()));
    } catch (ServerException e) {
      findings.add(Finding.error("--server: " + e.getMessage()));
      return Optional.empty();
    }
  }

  /** Servers tell the name of a model's platform, which is Triton's. */
  private static Map<String, String> engines() {
    Map<String, String> engines = new HashMap<>();
    for (Engine engine : Engines.onClassPath()) {
      engine.platforms().forEach(platform -> engines.put(platform, engine.name()));
    }
    return engines;
  }

  private void warn(String text) {
    findings.add(Finding.warning(text));
  }

  /** Of the machine, or of the container that this runs in. */
  private static long memoryBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean machine
        ? machine.getTotalMemorySize()
        : Long.MAX_VALUE;
  }
}
