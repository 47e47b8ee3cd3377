package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.admission.ByteBudget;
import dev.sluice.admission.Limiter;
import dev.sluice.api.rest.RestRequest;
import dev.sluice.api.tfs.json.JsonBody;
import dev.sluice.predict.Answer;
import dev.sluice.predict.Call;
import dev.sluice.predict.InputBounds;
import dev.sluice.predict.Predictor;
import dev.sluice.predict.VersionChoice;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RestExamplesTest {
  private final CountingTensors memory = new CountingTensors();
  private final FakeModels models = new FakeModels();
  private final ByteBudget budget = new ByteBudget(4 << 20);
  private final Predictor predictor = new Predictor(models, new Limiter(1), budget);

  /** Fills a call with so many examples and a context of some 10,000 bytes, and closes it. */
  private long heldAfterFilling(int examples) throws ServingException {
    models.add(Models.NAME, 1, new FakeServable(Map.of(Signature.DEFAULT_KEY, regress()), memory));
    String text =
        "{\"context\": {\"%s\": 1.0}, \"examples\": [%s]}"
            .formatted("c".repeat(10_000), String.join(",", Collections.nCopies(examples, "{}")));
    byte[] body = text.getBytes(StandardCharsets.US_ASCII);
    RestRequest<JsonBody> request =
        new RestExamples(new Regression(), new RestOptions(Duration.ZERO, false, true));
    JsonBody json = request.read(body, body.length);
    Call call = predictor.open(Models.NAME, VersionChoice.LATEST, new NoAnswer());
    try {
      call.bound(InputBounds.charging(json.size(), 0));
      request.fill(call, json);
      return budget.held();
    } finally {
      call.close();
    }
  }

  private static Signature regress() {
    return new Signature(
        Signature.DEFAULT_KEY,
        "tensorflow/serving/regress",
        List.of(new TensorSpec("inputs", DataType.STRING, false, Shape.of(-1), "i:0")),
        List.of(new TensorSpec("outputs", DataType.FLOAT, false, Shape.of(-1), "o:0")),
        Map.of());
  }

  @AfterEach
  void everythingIsGivenBack() {
    assertEquals(0, budget.held());
    assertEquals(0, memory.open());
  }

  @Test
  void theContextOfFewExamplesIsFree() throws ServingException {
    assertEquals(0, heldAfterFilling(10));
  }

  @Test
  void contextsTimesExamplesAreCharged() throws ServingException {
    assertTrue(heldAfterFilling(300) > 300 * 10_000 - (1 << 20));
  }

  @Test
  void beyondTheBudgetTheyAreRefusedWithSizes() {
    assertTrue(budget.tryTake(100));
    ServingException refused = assertThrows(ServingException.class, () -> heldAfterFilling(1000));
    assertEquals(Code.RESOURCE_EXHAUSTED, refused.code());
    assertTrue(refused.text().contains("at most 4194304"), refused.text());
    assertEquals(0, memory.allocations());
    budget.release(100);
  }

  private static final class NoAnswer implements Answer {
    @Override
    public void succeeded(Call call, Tensor[] outputs) {
      throw new AssertionError("nothing was run");
    }

    @Override
    public void failed(Call call, ServingException failure) {
      throw new AssertionError("nothing was run", failure);
    }
  }
}
