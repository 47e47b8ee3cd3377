package dev.sluice.bench;

import dev.sluice.api.tfs.json.JsonBody;
import dev.sluice.api.tfs.json.PredictInputs;
import dev.sluice.api.tfs.wire.PredictRequestHead;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.MessageBytes;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import dev.sluice.servable.TensorSpec;
import dev.sluice.tensor.DataType;
import dev.sluice.tensor.NativeTensors;
import dev.sluice.tensor.Shape;
import dev.sluice.tensor.Tensor;
import dev.sluice.tensor.TensorAllocator;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * Decodes Predict requests with one input of floats by the server's codecs, and frees the result.
 * Thread-safe.
 */
final class RequestDecoder {
  private final TensorAllocator allocator = new NativeTensors();
  private final Signature signature;

  /** Creates a decoder of requests for a signature whose one input is {@code input}. */
  RequestDecoder(String signature, String input) {
    TensorSpec spec =
        new TensorSpec(input, DataType.FLOAT, false, Shape.unknownRank(), input + ":0");
    this.signature = new Signature(signature, "", List.of(spec), List.of(), Map.of());
  }

  /** Takes a PredictRequest from the transport. */
  void readMessage(InputStream stream) throws IOException {
    try (MessageBytes message = MessageBytes.take(stream)) {
      decode(message);
    }
  }

  /** Decodes a PredictRequest; returns the bytes of the tensor that it held. */
  long decode(MessageBytes message) throws IOException {
    Owned input = new Owned();
    try {
      PredictRequestHead.scan(message).decode(0, signature.inputs().getFirst(), input);
      return input.byteSize();
    } catch (MalformedMessageException | ServingException e) {
      throw new IOException(e);
    } finally {
      input.close();
    }
  }

  /** Takes a JSON body from the transport. */
  void readBody(ByteBuf body) throws IOException {
    byte[] bytes = new byte[body.readableBytes()];
    body.readBytes(bytes);
    decode(bytes, bytes.length);
  }

  /** Decodes a JSON body; returns the bytes of the tensor that it held. */
  long decode(byte[] bytes, int length) throws IOException {
    Owned input = new Owned();
    try {
      JsonBody body = JsonBody.scan(bytes, 0, length);
      PredictInputs.fill(
          body,
          signature,
          (index, dtype, shape, byteSize) -> input.allocate(dtype, shape, byteSize));
      return input.byteSize();
    } catch (ServingException e) {
      throw new IOException(e);
    } finally {
      input.close();
    }
  }

  /** The tensors of one request. */
  private final class Owned implements TensorAllocator, AutoCloseable {
    private final Tensor[] held = new Tensor[1];
    private int count;

    @Override
    public Tensor allocate(DataType dtype, Shape shape, long byteSize) {
      Tensor tensor = allocator.allocate(dtype, shape, byteSize);
      held[count++] = tensor;
      return tensor;
    }

    long byteSize() {
      return count == 0 ? 0 : held[0].data().byteSize();
    }

    @Override
    public void close() {
      for (int i = 0; i < count; i++) {
        held[i].close();
      }
    }
  }
}
