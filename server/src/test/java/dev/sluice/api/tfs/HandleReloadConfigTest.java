package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.protos.serving.ModelConfigList;
import dev.sluice.protos.serving.ModelServerConfig;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ReloadConfigRequest;
import dev.sluice.protos.serving.ReloadConfigResponse;
import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandleReloadConfigTest {
  private static final ReloadConfigRequest REQUEST =
      ReloadConfigRequest.newBuilder()
          .setConfig(
              ModelServerConfig.newBuilder()
                  .setModelConfigList(ModelConfigList.getDefaultInstance()))
          .build();

  private static TestServer server(ConfigReload reload) throws Exception {
    return new TestServer(Runnable::run, PredictOptions.DEFAULTS, model -> List.of(), reload);
  }

  private static ReloadConfigResponse call(TestServer server, ReloadConfigRequest request) {
    return ModelServiceGrpc.newBlockingStub(server.channel).handleReloadConfigRequest(request);
  }

  @Test
  void answersWithTheMetricsAskedForOnce() throws Exception {
    try (TestServer server = server(config -> {})) {
      ReloadConfigResponse response =
          call(
              server,
              REQUEST.toBuilder()
                  .addMetricNames("b")
                  .addMetricNames("a")
                  .addMetricNames("b")
                  .build());
      assertTrue(response.hasStatus());
      assertEquals(
          List.of("a", "b"), response.getMetricList().stream().map(m -> m.getName()).toList());
      assertEquals(0, response.getMetric(0).getInt64ValueIncrease());
    }
  }

  @Test
  void wantsAModelConfigList() throws Exception {
    try (TestServer server = server(config -> {})) {
      StatusRuntimeException failure =
          assertThrows(
              StatusRuntimeException.class,
              () -> call(server, ReloadConfigRequest.getDefaultInstance()));
      assertEquals(Status.Code.INVALID_ARGUMENT, failure.getStatus().getCode());
      assertEquals(
          "ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList"
              + " is currently supported",
          failure.getStatus().getDescription());
    }
  }

  @Test
  void refusalIsTheStatus() throws Exception {
    ConfigReload refuse =
        config -> {
          throw new ServingException(Code.FAILED_PRECONDITION, "no");
        };
    try (TestServer server = server(refuse)) {
      StatusRuntimeException failure =
          assertThrows(StatusRuntimeException.class, () -> call(server, REQUEST));
      assertEquals(Status.Code.FAILED_PRECONDITION, failure.getStatus().getCode());
      assertEquals("no", failure.getStatus().getDescription());
    }
  }

  @Test
  void runsOnAVirtualThreadThatEndsWhenTheClientLeaves() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicReference<Thread> thread = new AtomicReference<>();
    ConfigReload forEver =
        config -> {
          thread.set(Thread.currentThread());
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } finally {
            interrupted.countDown();
          }
        };
    try (TestServer server = server(forEver)) {
      Context.CancellableContext context = Context.current().withCancellation();
      Runnable call = () -> assertThrows(StatusRuntimeException.class, () -> call(server, REQUEST));
      Thread client = Thread.ofVirtual().start(context.wrap(call));
      assertTrue(begun.await(30, TimeUnit.SECONDS));
      assertTrue(thread.get().isVirtual());
      context.cancel(null);
      assertTrue(interrupted.await(30, TimeUnit.SECONDS));
      client.join();
    }
  }
}
