package dev.sluice.engine.pytorch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes files of modules that torch.jit.save would hardly write. */
final class Archives {
  private static final String HEAD =
      "class Model(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
          + "  def forward(self: __torch__.Model,\n    x: Tensor) -> Tensor:\n";

  private Archives() {}

  /** Writes a zip file of texts, a byte for each character. */
  static void zip(Path directory, Map<String, String> entries) throws IOException {
    try (ZipOutputStream out =
        new ZipOutputStream(Files.newOutputStream(directory.resolve("model.pt")))) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue().getBytes(StandardCharsets.ISO_8859_1));
      }
    }
  }

  /** Writes a module that gives the value of an expression of the tensor x. */
  static void module(Path directory, String expression) throws IOException {
    zip(
        directory,
        Map.of(
            "m/data.pkl",
            "\u0080\u0002c__torch__\nModel\n)\u0081}(X\u0008\u0000\u0000\u0000training\u0089ub.",
            "m/constants.pkl",
            "\u0080\u0002).",
            "m/version",
            "3\n",
            "m/code/__torch__.py",
            HEAD + "    return " + expression + "\n"));
  }
}
