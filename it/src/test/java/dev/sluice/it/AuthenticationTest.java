package dev.sluice.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.sluice.auth.AccessTable;
import dev.sluice.protos.inference.GRPCInferenceServiceGrpc;
import dev.sluice.protos.inference.InferTensorContents;
import dev.sluice.protos.inference.ModelInferRequest;
import dev.sluice.protos.inference.ModelStreamInferResponse;
import dev.sluice.protos.inference.RepositoryIndexRequest;
import dev.sluice.protos.inference.RepositoryModelLoadRequest;
import dev.sluice.protos.serving.GetModelStatusRequest;
import dev.sluice.protos.serving.ModelServiceGrpc;
import dev.sluice.protos.serving.ModelSpec;
import dev.sluice.protos.serving.ReloadConfigRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, over both protocols and both APIs. */
@Timeout(600)
class AuthenticationTest {
  private static final String OWN = "half_plus_two";
  private static final String OTHER = "half_plus_two_tf2";
  private static final String BODY = "{\"instances\": [1.0, 2.0, 5.0]}";
  private static final String WEB = UUID.randomUUID().toString();
  private static final String OPS = UUID.randomUUID().toString();
  private static final String SCRAPER = UUID.randomUUID().toString();

  @TempDir private static Path scratch;
  private static RSAKey issuer;
  private static ServerProcess server;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    issuer = new RSAKeyGenerator(2048).keyID("k1").generate();
    write("jwks.json", new JWKSet(issuer).toString(true));
    write("ops-key", OPS + "\n");
    admit(WEB);
    StringBuilder models = new StringBuilder("model_config_list {\n");
    for (String name : List.of(OWN, OTHER)) {
      models.append("config { name: '%s' base_path: '%s' }\n".formatted(name, Models.path(name)));
    }
    server =
        ServerProcess.serve(
            "--auth_config_file=" + scratch.resolve("auth.yaml"),
            "--model_config_file=" + write("models.config", models.append("}").toString()));
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcPort()).usePlaintext().build();
  }

  private static Path write(String name, String text) throws IOException {
    return Files.writeString(scratch.resolve(name), text);
  }

  private static void admit(String webKey) throws Exception {
    String digest =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(webKey.getBytes(StandardCharsets.US_ASCII)));
    write(
        "auth.yaml",
        """
        api_keys:
          - {name: web, sha256: "%s", scopes: [infer], models: [half_plus_two]}
          - {name: ops, key: "file:%s", scopes: [admin]}
          - {name: scraper, sha256: "%s", scopes: [metrics]}
        jwt:
          - issuer: https://issuer.example
            audience: sluice
            jwks: "file:%s"
            models_claim: models
        """
            .formatted(
                digest,
                scratch.resolve("ops-key"),
                HexFormat.of()
                    .formatHex(
                        MessageDigest.getInstance("SHA-256")
                            .digest(SCRAPER.getBytes(StandardCharsets.US_ASCII))),
                scratch.resolve("jwks.json")));
  }

  @AfterAll
  static void stop() {
    try {
      channel.shutdownNow();
      for (String secret : List.of(WEB, OPS, SCRAPER)) {
        assertTrue(server.log().stream().noneMatch(line -> line.contains(secret)));
      }
    } finally {
      server.close();
    }
  }

  private static RawHttp.Answer send(String method, String target, Map<String, String> headers)
      throws IOException {
    byte[] body = method.equals("POST") ? BODY.getBytes(StandardCharsets.US_ASCII) : null;
    return RawHttp.send(server.restPort(), method, target, headers, body);
  }

  private static RawHttp.Answer predict(String model, Map<String, String> headers)
      throws IOException {
    return send("POST", "/v1/models/" + model + ":predict", headers);
  }

  private static Map<String, String> bearer(String token) {
    return Map.of("Authorization", "Bearer " + token);
  }

  private static Channel as(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static ModelInferRequest inferRequest(String model) {
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype("FP32")
                .addShape(1)
                .setContents(InferTensorContents.newBuilder().addFp32Contents(2)))
        .build();
  }

  private static void infer(Channel channel, String model) {
    var _ = GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(inferRequest(model));
  }

  private static String status(Channel channel, String model) {
    return ModelServiceGrpc.newBlockingStub(channel)
        .getModelStatus(
            GetModelStatusRequest.newBuilder()
                .setModelSpec(ModelSpec.newBuilder().setName(model))
                .build())
        .getModelVersionStatus(0)
        .getState()
        .name();
  }

  private static Status refusal(Runnable call) {
    return assertThrows(StatusRuntimeException.class, call::run).getStatus();
  }

  private static String token(JWTClaimsSet claims) throws Exception {
    SignedJWT token =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(), claims);
    token.sign(new RSASSASigner(issuer));
    return token.serialize();
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer("https://issuer.example")
        .audience("sluice")
        .subject("somebody")
        .claim("scope", "infer")
        .claim("models", List.of("half_plus_two"))
        .expirationTime(Date.from(Instant.now().plusSeconds(600)));
  }

  @Test
  void healthIsOpen() throws Exception {
    for (String path : List.of("/livez", "/readyz", "/v2/health/live", "/v2/health/ready")) {
      assertEquals(200, send("GET", path, Map.of()).status(), path);
    }
    assertEquals(
        ServingStatus.SERVING,
        HealthGrpc.newBlockingStub(channel)
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus());
  }

  @Test
  void whoShowsNothingIsAskedWhoHeIs() throws Exception {
    RawHttp.Answer answer = predict(OWN, Map.of());
    assertEquals(401, answer.status());
    assertEquals("Bearer realm=\"sluice\"", answer.headers().get("WWW-Authenticate"));
    assertEquals(
        "{\"error\":\"Expected a token in the header Authorization: Bearer or X-Api-Key, found"
            + " none\"}",
        answer.body());
    assertEquals(Status.Code.UNAUTHENTICATED, refusal(() -> infer(channel, OWN)).getCode());
    assertEquals(Status.Code.UNAUTHENTICATED, refusal(() -> status(channel, OWN)).getCode());
    assertEquals(401, predict(OWN, bearer(UUID.randomUUID().toString())).status());
    for (String malformed : List.of("/v1/models/%zz", "/v2/models/%zz", "/console/%", "/%1")) {
      assertEquals(400, send("GET", malformed, Map.of()).status(), malformed);
    }
    assertEquals(401, send("GET", "/whatever", Map.of()).status());
  }

  @Test
  void aKeyOpensItsModels() throws Exception {
    assertEquals(200, predict(OWN, bearer(WEB)).status());
    assertEquals(200, predict(OWN, Map.of("x-api-key", WEB)).status());
    infer(as(WEB), OWN);
    assertEquals("AVAILABLE", status(as(WEB), OWN));
    assertEquals(200, send("GET", "/v2/models/" + OWN, bearer(WEB)).status());
  }

  @Test
  void andNoOthers() throws Exception {
    String missing =
        "web needs scope infer on model half_plus_two_tf2, and has it on [half_plus_two]";
    for (String target :
        List.of(
            "/v1/models/half_plus_two_tf2:predict",
            "/V1/models/%68alf_plus_two_tf2/versions/1:predict",
            "/v2/models/half_plus_two_tf2/infer")) {
      RawHttp.Answer answer = send("POST", target, bearer(WEB));
      assertEquals(403, answer.status(), target);
      assertEquals("{\"error\":\"" + missing + "\"}", answer.body());
    }
    assertEquals(403, send("GET", "/v1/models/" + OTHER, bearer(WEB)).status());
    Status refusal = refusal(() -> infer(as(WEB), OTHER));
    assertEquals(Status.Code.PERMISSION_DENIED, refusal.getCode());
    assertEquals(missing, refusal.getDescription());
    assertEquals(missing, refusal(() -> status(as(WEB), OTHER)).getDescription());
    assertEquals(
        Status.Code.PERMISSION_DENIED,
        refusal(
                () ->
                    GRPCInferenceServiceGrpc.newBlockingStub(as(WEB))
                        .repositoryIndex(RepositoryIndexRequest.getDefaultInstance()))
            .getCode());
  }

  @Test
  void everyRequestOfAStreamIsAsked() throws Exception {
    BlockingClientCall<ModelInferRequest, ModelStreamInferResponse> stream =
        ClientCalls.blockingBidiStreamingCall(
            as(WEB), GRPCInferenceServiceGrpc.getModelStreamInferMethod(), CallOptions.DEFAULT);
    stream.write(inferRequest(OWN));
    assertEquals("", stream.read().getErrorMessage());
    stream.write(inferRequest(OTHER));
    assertTrue(stream.read().getErrorMessage().contains("web needs scope infer on model"));
    stream.write(inferRequest(OWN));
    assertEquals("", stream.read().getErrorMessage());
    stream.halfClose();
  }

  @Test
  void adminCallsNeedAdmin() throws Exception {
    String load = "/v2/repository/models/" + OWN + "/load";
    assertEquals(401, RawHttp.send(server.restPort(), "POST", load, Map.of(), null).status());
    RawHttp.Answer refused = RawHttp.send(server.restPort(), "POST", load, bearer(WEB), null);
    assertEquals(403, refused.status());
    assertTrue(refused.body().contains("scope admin on model half_plus_two"), refused.body());
    assertEquals(200, RawHttp.send(server.restPort(), "POST", load, bearer(OPS), null).status());
    RepositoryModelLoadRequest request =
        RepositoryModelLoadRequest.newBuilder().setModelName(OWN).build();
    assertEquals(
        Status.Code.PERMISSION_DENIED,
        refusal(
                () ->
                    GRPCInferenceServiceGrpc.newBlockingStub(as(WEB)).repositoryModelLoad(request))
            .getCode());
    var _ = GRPCInferenceServiceGrpc.newBlockingStub(as(OPS)).repositoryModelLoad(request);
    assertEquals(
        Status.Code.PERMISSION_DENIED,
        refusal(
                () ->
                    ModelServiceGrpc.newBlockingStub(as(WEB))
                        .handleReloadConfigRequest(ReloadConfigRequest.getDefaultInstance()))
            .getCode());
    assertEquals(
        Status.Code.INVALID_ARGUMENT,
        refusal(
                () ->
                    ModelServiceGrpc.newBlockingStub(as(OPS))
                        .handleReloadConfigRequest(ReloadConfigRequest.getDefaultInstance()))
            .getCode());
    infer(as(OPS), OWN);
  }

  @Test
  void namesThatLeadElsewhereAreNoModels() throws Exception {
    for (String name : List.of("..%2f..%2fetc", "..", "%2fetc%2fpasswd", "a%00b", ".")) {
      assertEquals(
          404,
          RawHttp.send(
                  server.restPort(),
                  "POST",
                  "/v2/repository/models/" + name + "/load",
                  bearer(OPS),
                  null)
              .status(),
          name);
    }
  }

  @Test
  void metricsAreReadByWhoMay() throws Exception {
    assertEquals(401, send("GET", "/metrics", Map.of()).status());
    assertEquals(403, send("GET", "/metrics", bearer(WEB)).status());
    assertEquals(200, send("GET", "/metrics", bearer(SCRAPER)).status());
    assertEquals(403, predict(OWN, bearer(SCRAPER)).status());
  }

  @Test
  void tokensOpenWhatTheySay() throws Exception {
    String token = token(claims().build());
    assertEquals(200, predict(OWN, bearer(token)).status());
    infer(as(token), OWN);
    RawHttp.Answer refused = predict(OTHER, bearer(token));
    assertEquals(403, refused.status());
    assertTrue(refused.body().contains("somebody needs scope infer on model"), refused.body());
    assertEquals(Status.Code.PERMISSION_DENIED, refusal(() -> infer(as(token), OTHER)).getCode());
  }

  @Test
  void tokensThatAreNotValidAreRefused() throws Exception {
    Date past = Date.from(Instant.now().minusSeconds(3600));
    List<String> tokens = new ArrayList<>();
    tokens.add(token(claims().expirationTime(past).build()));
    tokens.add(token(claims().audience("another").build()));
    tokens.add(token(claims().issuer("https://another.example").build()));
    tokens.add(new PlainJWT(claims().build()).serialize());
    String valid = token(claims().build());
    tokens.add(valid.substring(0, valid.length() - 8) + "AAAAAAAA");
    for (String token : tokens) {
      RawHttp.Answer answer = predict(OWN, bearer(token));
      assertEquals(401, answer.status(), answer.body());
      assertFalse(answer.body().contains(token.split("\\.", -1)[1]), answer.body());
      assertEquals(Status.Code.UNAUTHENTICATED, refusal(() -> infer(as(token), OWN)).getCode());
    }
  }

  @Test
  void aKeyThatIsReplacedOpensNothingAnyMore() throws Exception {
    String next = UUID.randomUUID().toString();
    assertEquals(200, predict(OWN, bearer(WEB)).status());
    admit(next);
    try {
      server.await("the new key counts", () -> statusOf(next) == 200);
      assertEquals(401, predict(OWN, bearer(WEB)).status());
    } finally {
      admit(WEB);
      server.await("the old key counts again", () -> statusOf(WEB) == 200);
    }
  }

  private static int statusOf(String key) {
    try {
      return predict(OWN, bearer(key)).status();
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * A method that nobody has classified needs admin; that it was forgotten should still be seen.
   */
  @Test
  void everyMethodThatTheServerHasIsClassified() throws Exception {
    List<String> methods = new ArrayList<>();
    BlockingClientCall<ServerReflectionRequest, ServerReflectionResponse> reflection =
        ClientCalls.blockingBidiStreamingCall(
            as(OPS), ServerReflectionGrpc.getServerReflectionInfoMethod(), CallOptions.DEFAULT);
    reflection.write(ServerReflectionRequest.newBuilder().setListServices("").build());
    for (ServiceResponse service : reflection.read().getListServicesResponse().getServiceList()) {
      reflection.write(
          ServerReflectionRequest.newBuilder().setFileContainingSymbol(service.getName()).build());
      for (var file : reflection.read().getFileDescriptorResponse().getFileDescriptorProtoList()) {
        var proto = com.google.protobuf.DescriptorProtos.FileDescriptorProto.parseFrom(file);
        proto.getServiceList().stream()
            .filter(found -> service.getName().equals(proto.getPackage() + "." + found.getName()))
            .flatMap(found -> found.getMethodList().stream())
            .map(
                method ->
                    MethodDescriptor.generateFullMethodName(service.getName(), method.getName()))
            .forEach(methods::add);
      }
    }
    reflection.halfClose();
    assertTrue(methods.size() > 25, methods::toString);
    methods.removeAll(AccessTable.operations());
    assertEquals(List.of(), methods);
  }
}
