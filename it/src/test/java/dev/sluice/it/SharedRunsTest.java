package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictResponse;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real models without any flag: requests share runs where that changes no answer. */
class SharedRunsTest {
  private static final int REQUESTS = 2000;

  @Test
  void everyRequestGetsItsOwnAnswerFromARunThatItShares() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=half_plus_two", "--model_base_path=" + Models.path("half_plus_two"))) {
      List<PredictResponse> answers = askAtOnce(server, "half_plus_two");
      for (int i = 0; i < REQUESTS; i++) {
        assertEquals(i / 2f + 3, answers.get(i).getOutputsOrThrow("y").getFloatVal(0)); // version 2
      }
      String page = server.get("/metrics").body();
      double rows = value(page, ":sluice:batch_rows_sum{model_name=\"half_plus_two\"}");
      double runs = value(page, ":sluice:batch_rows_count{model_name=\"half_plus_two\"}");
      assertTrue(runs > 0 && rows > runs, () -> rows + " rows in " + runs + " runs");
      server.terminate();
      assertEquals(0, server.exitCode());
    }
  }

  /** Its output says how many rows it was run with. */
  @Test
  void aModelWhoseRowsSeeEachOtherRunsRequestByRequest() throws Exception {
    try (ServerProcess server =
        ServerProcess.serve(
            "--model_name=batch_probe", "--model_base_path=" + Models.path("batch_probe"))) {
      for (PredictResponse answer : askAtOnce(server, "batch_probe")) {
        TensorProto size = answer.getOutputsOrThrow("batch_size");
        assertEquals(1, size.getIntValCount() + size.getInt64ValCount() + size.getFloatValCount());
        assertEquals(
            1,
            (size.getIntValCount() > 0 ? size.getIntVal(0) : 0)
                + (size.getInt64ValCount() > 0 ? size.getInt64Val(0) : 0)
                + (size.getFloatValCount() > 0 ? size.getFloatVal(0) : 0));
      }
      server.terminate();
      assertEquals(0, server.exitCode());
      assertTrue(
          server.log().stream().anyMatch(line -> line.contains("run alone")),
          () -> String.join("\n", server.log()));
    }
  }

  /** Asks for 0, 1, 2, …, one value each, and returns the answers in that order. */
  private static List<PredictResponse> askAtOnce(ServerProcess server, String model)
      throws Exception {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
    try {
      var stub = PredictionServiceGrpc.newFutureStub(channel);
      stub.predict(request(model, 0)).get(); // brings the trial
      List<ListenableFuture<PredictResponse>> asked = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        asked.add(stub.predict(request(model, i)));
      }
      List<PredictResponse> answers = new ArrayList<>();
      for (ListenableFuture<PredictResponse> answer : asked) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      channel.shutdownNow();
    }
  }

  private static PredictRequest request(String model, float value) {
    PredictRequest.Builder request = PredictRequest.newBuilder();
    request.getModelSpecBuilder().setName(model);
    return request
        .putInputs(
            "x",
            TensorProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(
                    TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
                .addFloatVal(value)
                .build())
        .build();
  }

  private static double value(String page, String name) {
    return page.lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }
}
