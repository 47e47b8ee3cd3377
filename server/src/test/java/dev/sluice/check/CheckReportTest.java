package dev.sluice.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.sluice.client.show.Screen;
import dev.sluice.client.status.ServerState;
import dev.sluice.client.status.VersionState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class CheckReportTest {
  private static final List<PlannedModel> PLAN =
      List.of(
          new PlannedModel(
              "digits",
              Path.of("/models/digits"),
              List.of(
                  new PlannedModel.Version(2, "tensorflow", OptionalLong.of(3 << 20)),
                  new PlannedModel.Version(3, "onnx", OptionalLong.of(100)),
                  new PlannedModel.Version(4, "", OptionalLong.empty()))),
          new PlannedModel("empty", Path.of("/models/empty"), List.of()));

  private static VersionState running(String model, int version, String state, String engine) {
    return new VersionState(model, Integer.toString(version), state, "", engine);
  }

  private static List<Comparison.Change> changes() {
    return Comparison.of(
        PLAN,
        new ServerState(
            "sluice 1",
            true,
            List.of(
                running("digits", 1, "AVAILABLE", "tensorflow"),
                running("digits", 2, "AVAILABLE", "tensorflow_savedmodel"),
                running("digits", 3, "LOADING", "tensorflow"),
                running("digits", 4, "END", ""),
                running("old", 7, "AVAILABLE", "trees"))),
        Map.of("tensorflow_savedmodel", "tensorflow"));
  }

  @Test
  void whatWouldBecomeOfEachVersionIsTold() {
    assertEquals(
        List.of(
            new Comparison.Change(Comparison.Step.KEEP, "digits", "2", ""),
            new Comparison.Change(Comparison.Step.CHANGE, "digits", "3", "onnx, now tensorflow"),
            new Comparison.Change(Comparison.Step.LOAD, "digits", "4", "will fail"),
            new Comparison.Change(Comparison.Step.UNLOAD, "digits", "1", ""),
            new Comparison.Change(Comparison.Step.UNLOAD, "old", "7", "")),
        changes());
  }

  @Test
  void aReportIsReadable() {
    CheckReport report =
        new CheckReport(
            List.of("gRPC on port 8500, REST on port 8501"),
            List.of(Finding.warning("odd"), Finding.error("bad\n  at a place")),
            PLAN,
            Optional.of(changes()));
    assertEquals(
        """
        gRPC on port 8500, REST on port 8501

        MODEL   VERSION  ENGINE         SIZE  BASE PATH
        digits        2  tensorflow  3.0 MiB  /models/digits
                      3  onnx          100 B
                      4  none
        empty         -                       /models/empty

           ON THE RUNNING SERVER  VERSION
        =  digits                       2  keep
        ~  digits                       3  change onnx, now tensorflow
        +  digits                       4  load will fail
        -  digits                       1  unload
        -  old                          7  unload

        error: bad
          at a place

        warning: odd

        1 error, 1 warning
        """,
        report.text(new Screen(80, 100, "...")));
    assertEquals(2, report.status(false));
  }

  @Test
  void theStatusSaysHowBadItIs() {
    CheckReport well = new CheckReport(List.of(), List.of(), List.of(), Optional.empty());
    assertEquals(0, well.status(true));
    assertEquals("All is well.\n", well.text(new Screen(80, 100, "...")));
    CheckReport odd =
        new CheckReport(
            List.of(), List.of(Finding.warning("odd")), List.of(), Optional.of(List.of()));
    assertEquals(0, odd.status(false));
    assertEquals(1, odd.status(true));
    assertEquals(
        """

        The running server has all of these already, and nothing else.

        warning: odd

        0 errors, 1 warning
        """,
        odd.text(new Screen(80, 100, "...")));
  }

  @Test
  void programsGetJson() {
    JsonObject json =
        JsonParser.parseString(
                new CheckReport(
                        List.of(), List.of(Finding.error("bad")), PLAN, Optional.of(changes()))
                    .json())
            .getAsJsonObject();
    assertEquals(1, json.get("errors").getAsInt());
    assertEquals("error", first(json, "findings").get("severity").getAsString());
    assertEquals(
        "tensorflow", first(first(json, "models"), "versions").get("engine").getAsString());
    assertEquals("keep", first(json, "changes").get("step").getAsString());
  }

  private static JsonObject first(JsonObject json, String list) {
    return json.getAsJsonArray(list).get(0).getAsJsonObject();
  }
}
