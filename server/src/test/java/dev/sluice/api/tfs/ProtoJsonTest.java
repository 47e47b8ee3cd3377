package dev.sluice.api.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.protos.serving.GetModelStatusResponse;
import dev.sluice.protos.serving.ModelVersionStatus;
import dev.sluice.protos.serving.StatusProto;
import dev.sluice.protos.tensorflow.TensorShapeProto;
import org.junit.jupiter.api.Test;

class ProtoJsonTest {
  /** As recorded of the reference, but for the text. */
  @Test
  void whiteSpaceIsTheReferences() {
    GetModelStatusResponse status =
        GetModelStatusResponse.newBuilder()
            .addModelVersionStatus(
                ModelVersionStatus.newBuilder()
                    .setVersion(1)
                    .setState(ModelVersionStatus.State.AVAILABLE)
                    .setStatus(
                        StatusProto.newBuilder().setErrorMessage("a 'b' <c> \\u0027 \"[{,:\\")))
            .build();
    assertEquals(
        """
        {
         "model_version_status": [
          {
           "version": "1",
           "state": "AVAILABLE",
           "status": {
            "error_code": "OK",
            "error_message": "a 'b' \\u003cc\\u003e \\\\u0027 \\"[{,:\\\\"
           }
          }
         ]
        }
        """,
        ProtoJson.print(status));
  }

  @Test
  void whatIsEmptyStaysTogether() {
    assertEquals(
        "{\n \"dim\": [],\n \"unknown_rank\": false\n}\n",
        ProtoJson.print(TensorShapeProto.getDefaultInstance()));
    assertEquals(
        "{\n \"dim\": [\n  {\n   \"size\": \"-1\",\n   \"name\": \"\"\n  },\n  {\n   \"size\": \"2\",\n"
            + "   \"name\": \"\"\n  }\n ],\n \"unknown_rank\": false\n}\n",
        ProtoJson.print(
            TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(-1))
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(2))
                .build()));
  }
}
