package dev.sluice.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A collector of traces that keeps what it is sent, by OTLP over HTTP and over gRPC. */
final class FakeCollector implements AutoCloseable {
  private static final String EXPORT = "opentelemetry.proto.collector.trace.v1.TraceService/Export";

  private final List<ExportTraceServiceRequest> exports = new CopyOnWriteArrayList<>();
  private final List<String> apiKeys = new CopyOnWriteArrayList<>();
  private final HttpServer http;
  private final Server grpc;

  private FakeCollector() throws IOException {
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    http = HttpServer.create(loopback, 0);
    http.createContext("/v1/traces", this::answer);
    grpc = NettyServerBuilder.forAddress(loopback).addService(service()).build();
  }

  static FakeCollector start() throws IOException {
    FakeCollector collector = new FakeCollector();
    collector.http.start();
    collector.grpc.start();
    return collector;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      apiKeys.add(String.valueOf(exchange.getRequestHeaders().getFirst("api-key")));
      exports.add(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes()));
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1); // a response without fields has no bytes
    }
  }

  private ServerServiceDefinition service() {
    MethodDescriptor<ExportTraceServiceRequest, ExportTraceServiceResponse> method =
        MethodDescriptor.<ExportTraceServiceRequest, ExportTraceServiceResponse>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(EXPORT)
            .setRequestMarshaller(
                ProtoUtils.marshaller(ExportTraceServiceRequest.getDefaultInstance()))
            .setResponseMarshaller(
                ProtoUtils.marshaller(ExportTraceServiceResponse.getDefaultInstance()))
            .build();
    return ServerServiceDefinition.builder(MethodDescriptor.extractFullServiceName(EXPORT))
        .addMethod(
            method,
            ServerCalls.asyncUnaryCall(
                (request, answer) -> {
                  exports.add(request);
                  answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
                  answer.onCompleted();
                }))
        .build();
  }

  String httpEndpoint() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  String grpcEndpoint() {
    return "http://127.0.0.1:" + grpc.getPort();
  }

  /** Returns the values of a header that came with exports over HTTP. */
  List<String> apiKeys() {
    return List.copyOf(apiKeys);
  }

  /** Returns all spans so far. */
  List<Span> spans() {
    return exports.stream()
        .flatMap(export -> export.getResourceSpansList().stream())
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  /** Returns the attributes of the resource that the first spans came from. */
  Map<String, String> resource() {
    return attributes(exports.getFirst().getResourceSpans(0).getResource().getAttributesList());
  }

  /** Returns attributes as text. */
  static Map<String, String> attributes(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(Collectors.toMap(KeyValue::getKey, attribute -> text(attribute.getValue())));
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case INT_VALUE -> Long.toString(value.getIntValue());
      default -> value.toString();
    };
  }

  @Override
  public void close() {
    http.stop(0);
    grpc.shutdownNow();
  }
}
