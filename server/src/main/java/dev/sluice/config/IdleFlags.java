package dev.sluice.config;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Flags of the reference that are accepted so that its command lines work, and that change nothing
 * here. Filled in by picocli.
 */
final class IdleFlags {
  /** Flags that are read into the settings, but that nothing looks at yet. */
  static final List<String> READ_BUT_UNUSED = List.of("--rest_api_num_threads");

  private static final Map<String, String> REASONS =
      Map.of(
          "--flush_filesystem_caches", "there is no cache to flush",
          "--enable_profiler", "there is no profiler service");

  @Option(
      names = "--flush_filesystem_caches",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Accepted, without effect.")
  boolean flushFilesystemCaches = true;

  @Option(
      names = "--prefer_tflite_model",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Accepted, without effect.")
  boolean preferTfliteModel;

  @Option(names = "--num_tflite_pools", description = "Accepted, without effect.")
  int numTflitePools;

  @Option(names = "--num_tflite_interpreters_per_pool", description = "Accepted, without effect.")
  int numTfliteInterpretersPerPool = 1;

  @Option(
      names = "--remove_unused_fields_from_bundle_metagraph",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Accepted, without effect.")
  boolean removeUnusedFieldsFromBundleMetagraph = true;

  @Option(names = "--mixed_precision", description = "Accepted, without effect.")
  String mixedPrecision = "";

  @Option(
      names = "--enable_profiler",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Accepted, without effect.")
  boolean enableProfiler = true;

  @Option(names = "--thread_pool_factory_config_file", description = "Accepted, without effect.")
  String threadPoolFactoryConfigFile = "";

  @Option(
      names = "--xla_cpu_compilation_enabled",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Accepted, without effect.")
  boolean xlaCpuCompilationEnabled;

  @Option(
      names = "--xla_gpu_compilation_enabled",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Accepted, without effect.")
  boolean xlaGpuCompilationEnabled;

  @Option(
      names = "--skip_initialize_tpu",
      arity = "0..1",
      fallbackValue = "true",
      converter = BooleanFlag.class,
      description = "Accepted, without effect.")
  boolean skipInitializeTpu;

  static String warning(String flag) {
    String reason = REASONS.get(flag);
    return flag + " is accepted but has no effect" + (reason == null ? "" : ": " + reason);
  }
}
