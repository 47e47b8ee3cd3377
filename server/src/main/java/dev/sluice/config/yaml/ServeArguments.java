package dev.sluice.config.yaml;

import dev.sluice.config.ConfigException;
import dev.sluice.config.ServeOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the command line of {@code sluice serve}, with the file that it names. */
public final class ServeArguments {
  private ServeArguments() {}

  /**
   * Reads a command line, and behind it the file of its {@code --config}, if it has one.
   *
   * @param environment the variables that values of the file may name
   * @throws ConfigException for an unknown flag or a bad value, in one line; of a file with all
   *     that is wrong in it
   */
  public static ServeOptions parse(
      Function<String, @Nullable String> environment, String... arguments) throws ConfigException {
    ServeOptions options = ServeOptions.parse(arguments);
    Optional<Path> file = options.configFile();
    return file.isEmpty() || options.helpRequested() || options.versionRequested()
        ? options
        : ServeOptions.parse(
            ServerFile.read(file.get(), ServerFile.textOf(file.get()), environment).values(),
            arguments);
  }
}
