package dev.sluice.it;

import dev.sluice.protos.serving.PredictRequest;
import dev.sluice.protos.serving.PredictionServiceGrpc;
import dev.sluice.protos.tensorflow.DataType;
import dev.sluice.protos.tensorflow.TensorProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** A client of the model of that name, with headers of its own. */
final class HalfPlusTwo implements AutoCloseable {
  private static final String BODY = "{\"instances\": [1.0, 2.0, 5.0]}";

  private final URI target;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ManagedChannel channel;

  HalfPlusTwo(ServerProcess server) {
    target =
        URI.create(
            "http://127.0.0.1:%d/v1/models/half_plus_two:predict".formatted(server.restPort()));
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
  }

  /** Returns the flags of a server of the model, and further ones. */
  static String[] flags(String... further) {
    return Stream.concat(
            Stream.of(
                "--model_name=half_plus_two", "--model_base_path=" + Models.path("half_plus_two")),
            Stream.of(further))
        .toArray(String[]::new);
  }

  /** Asks for three values over REST. */
  HttpResponse<String> rest(Map<String, String> headers) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target).POST(HttpRequest.BodyPublishers.ofString(BODY));
    headers.forEach(request::header);
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Asks for three values over gRPC; returns what the answer ended with. */
  Metadata grpc(Metadata headers) {
    return grpc(headers, "half_plus_two");
  }

  /** Asks a model of another name. */
  Metadata grpc(Metadata headers, String model) {
    AtomicReference<Metadata> trailers = new AtomicReference<>();
    ClientInterceptor capture =
        MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers);
    var _ =
        PredictionServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers), capture)
            .predict(request(model));
    return trailers.get();
  }

  private static PredictRequest request(String model) {
    TensorProto values =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(
                TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(3)))
            .addAllFloatVal(List.of(1f, 2f, 5f))
            .build();
    PredictRequest.Builder request = PredictRequest.newBuilder().putInputs("x", values);
    request.getModelSpecBuilder().setName(model);
    return request.build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    http.close();
  }
}
