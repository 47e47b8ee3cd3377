package dev.sluice.config;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormatParseInfoTree;
import com.google.protobuf.TypeRegistry;
import dev.sluice.protos.serving.SavedModelBundleSourceAdapterConfig;
import dev.sluice.servable.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files in protobuf's text format (config.md §1.3). An empty file is an empty message. */
public final class TextProtoFile {
  /** What an Any may hold in text form. */
  private static final TypeRegistry ANY_TYPES =
      TypeRegistry.newBuilder().add(SavedModelBundleSourceAdapterConfig.getDescriptor()).build();

  private TextProtoFile() {}

  /**
   * Reads a file into a message.
   *
   * @throws ConfigException NOT_FOUND if the file is missing; INVALID_ARGUMENT with file, line and
   *     column if it is no such message
   */
  static void read(Path file, Message.Builder message) throws ConfigException {
    read(file, message, TextFormatParseInfoTree.builder());
  }

  /**
   * Reads a file into a message and notes where each field was found.
   *
   * @throws ConfigException as above
   */
  static void read(Path file, Message.Builder message, TextFormatParseInfoTree.Builder places)
      throws ConfigException {
    read(
        file,
        message,
        TextFormat.Parser.newBuilder()
            .setParseInfoTreeBuilder(places)
            .setTypeRegistry(ANY_TYPES)
            .setSingularOverwritePolicy(
                TextFormat.Parser.SingularOverwritePolicy.FORBID_SINGULAR_OVERWRITES)
            .build());
  }

  /**
   * Reads a file into a message that may not have all of its fields: those are named in the log.
   *
   * @throws ConfigException as above
   */
  public static void readKnown(Path file, Message.Builder message) throws ConfigException {
    read(file, message, TextFormat.Parser.newBuilder().setAllowUnknownFields(true).build());
  }

  private static void read(Path file, Message.Builder message, TextFormat.Parser parser)
      throws ConfigException {
    try {
      parser.merge(Files.readString(file), message);
    } catch (TextFormat.ParseException e) {
      // The message of a ParseException begins with line:column; some have several lines.
      throw ConfigException.invalid(
          "Invalid protobuf file: '%s': Error parsing text-format %s: %s"
              .formatted(
                  file,
                  message.getDescriptorForType().getFullName(),
                  String.valueOf(e.getMessage()).replaceAll("\\s+", " ")));
    } catch (NoSuchFileException e) {
      throw new ConfigException(Code.NOT_FOUND, file + "; No such file or directory");
    } catch (IOException e) {
      throw ConfigException.invalid("Cannot read %s: %s".formatted(file, e));
    }
  }
}
