package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.loadtest.report.Load;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BenchOptionsTest {
  private static LoadSettings settings(String... more) throws BenchException {
    return BenchOptions.parse(Stream.concat(Stream.of("--model=m"), Stream.of(more)).toList())
        .settings();
  }

  private static String refusal(String... more) {
    return String.valueOf(assertThrows(BenchException.class, () -> settings(more)).getMessage());
  }

  @Test
  void onlyTheModelMustBeGiven() throws BenchException {
    LoadSettings settings = settings();
    assertEquals("REST localhost:8501", settings.target().server());
    assertEquals(List.of(new Load.Closed(16)), settings.loads());
    assertEquals(Duration.ofSeconds(10), settings.duration());
    assertEquals(Duration.ofSeconds(2), settings.warmup());
    assertEquals(Optional.empty(), settings.deadline());
    assertEquals(Optional.empty(), settings.check());
    assertEquals(OptionalInt.empty(), settings.connections());
    var refused = assertThrows(BenchException.class, () -> BenchOptions.parse(List.of()));
    assertTrue(String.valueOf(refused.getMessage()).contains("--model"));
  }

  @Test
  void aListIsASweep() throws BenchException {
    assertEquals(
        List.of(new Load.Closed(1), new Load.Closed(8)), settings("--concurrency=1,8").loads());
    assertEquals(
        List.of(new Load.Open(0.5), new Load.Open(100)), settings("--rate", "0.5,100").loads());
  }

  @Test
  void durationsHaveUnits() throws BenchException {
    assertEquals(Duration.ofSeconds(3), settings("--duration=3").duration());
    assertEquals(Duration.ofMillis(500), settings("--duration=0.5s").duration());
    assertEquals(Duration.ofMillis(250), settings("--warmup=250ms").warmup());
    assertEquals(Duration.ofMinutes(2), settings("-d", "2m").duration());
    assertTrue(refusal("--duration=soon").contains("expected one such as 10s or 500ms"));
  }

  @Test
  void addressesAreUnderstoodAsPeopleWriteThem() throws BenchException {
    assertEquals("gRPC localhost:8500", settings("--protocol=grpc").target().server());
    assertEquals("REST there:80", settings("--url=there:80").target().server());
    assertEquals("REST there:8501/v", settings("--url=http://there/v/").target().server());
    assertEquals("gRPC [::1]:9", settings("--protocol=GRPC", "--url=[::1]:9").target().server());
    assertEquals(
        "--url=https://there: expected http://, grpc:// or host:port; TLS is not supported",
        refusal("--url=https://there"));
    assertTrue(refusal("--url=a b").contains("expected host:port"));
    assertTrue(refusal("--url=a:70000").contains("expected host:port"));
    assertTrue(refusal("--protocol=grpc", "--url=a:1/x").contains("without a path"));
  }

  @Test
  void thePathNamesVersionOrLabel() throws BenchException {
    assertEquals("/v1/models/m", settings().target().modelPath());
    assertEquals("/v1/models/m/versions/3", settings("--model_version=3").target().modelPath());
    assertEquals(
        "/p/v1/models/m/labels/a%20b",
        settings("--url=h/p", "--model_version_label=a b").target().modelPath());
    assertEquals(3, settings("--model_version=3").target().spec().getVersion().getValue());
  }

  @Test
  void contradictionsAreRefused() {
    assertEquals(
        "--concurrency and --rate exclude each other", refusal("--concurrency=1", "--rate=1"));
    assertEquals(
        "--model_version and --model_version_label exclude each other",
        refusal("--model_version=1", "--model_version_label=x"));
    assertEquals("--input and --batch exclude each other", refusal("--input=f.json", "--batch=2"));
    assertEquals(
        "--input and --inputs exclude each other", refusal("--input=f.json", "--inputs=2"));
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertEquals("--concurrency=0: expected at least 1", refusal("--concurrency=4,0"));
    assertEquals("--batch=-1: expected at least 1", refusal("--batch=-1"));
    assertEquals("--connections=0: expected at least 1", refusal("--connections=0"));
    assertEquals("--connections=70000: expected at most 60000", refusal("--connections=70000"));
    assertEquals("--duration: expected more than 0", refusal("--duration=0"));
    assertEquals("--rate: expected requests per second, more than 0", refusal("--rate=1,-1"));
  }

  @Test
  void unknownOptionsAreNamedWithTheNearest() {
    assertEquals("unknown option --ratte=1; did you mean --rate?", refusal("--ratte=1"));
    assertTrue(refusal("--check=maybe").contains("--check"));
  }

  @Test
  void helpNamesEveryOption() throws BenchException {
    assertTrue(BenchOptions.parse(List.of("--help")).helpRequested());
    assertTrue(BenchOptions.usage().contains("--model_version_label=LABEL"));
  }
}
