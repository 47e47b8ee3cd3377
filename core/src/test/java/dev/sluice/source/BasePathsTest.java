package dev.sluice.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BasePathsTest {
  @Test
  void absolutePathAndFileUriNameDirectories() throws ServingException {
    assertEquals(Path.of("/models/m"), BasePaths.parse("m", "/models/m"));
    assertEquals(Path.of("/models/m"), BasePaths.parse("m", "/models/m/"));
    assertEquals(Path.of("/models/m"), BasePaths.parse("m", "file:///models/m"));
    assertEquals(Path.of("/a://b"), BasePaths.parse("m", "/a://b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "models/m", "./m", "~/m", "file://models", "/bad\0name"})
  void otherPathsAreRefused(String path) {
    ServingException failure =
        assertThrows(ServingException.class, () -> BasePaths.parse("m", path));
    assertEquals(Code.INVALID_ARGUMENT, failure.code());
    assertEquals(
        "Expected model m to have an absolute path or URI; got base_path()=" + path,
        failure.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"gs", "s3", "hdfs", "S3"})
  void otherStorageIsNamed(String scheme) {
    ServingException failure =
        assertThrows(ServingException.class, () -> BasePaths.parse("m", scheme + "://bucket/m"));
    assertEquals(Code.UNIMPLEMENTED, failure.code());
    assertEquals(
        "Model m has base_path %s://bucket/m: object stores such as %s:// are not supported yet; expected an absolute path"
            .formatted(scheme, scheme.toLowerCase(Locale.ROOT)),
        failure.text());
  }
}
