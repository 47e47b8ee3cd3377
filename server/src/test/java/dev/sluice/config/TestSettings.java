package dev.sluice.config;

/** What a command line says that serves a model of no interest. */
public final class TestSettings {
  static final String MODEL = "--model_base_path=/models/m";

  private TestSettings() {}

  /** Returns the settings of {@code sluice serve} with a model and these flags. */
  public static ServerSettings of(String... flags) throws ConfigException {
    String[] all = new String[flags.length + 1];
    all[0] = MODEL;
    System.arraycopy(flags, 0, all, 1, flags.length);
    return ServeOptions.parse(all).settings();
  }
}
