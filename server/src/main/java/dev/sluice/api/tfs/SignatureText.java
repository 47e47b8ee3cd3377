package dev.sluice.api.tfs;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import dev.sluice.protos.serving.SignatureDefMap;
import dev.sluice.protos.tensorflow.SignatureDef;
import dev.sluice.servable.Servable;
import dev.sluice.servable.Signature;
import java.util.regex.Pattern;

/**
 * Prints signatures of a servable for messages, in protobuf's text format.
 *
 * @param servable whose signatures they are
 */
record SignatureText(Servable servable) {
  /** Whole floats, as protobuf prints them in Java only: in C++ they have no point. */
  private static final Pattern WHOLE_FLOAT =
      Pattern.compile("(?m)^( *(?:float|double|scomplex|dcomplex)_val: -?[0-9]+)\\.0$");

  /** Returns the signature as the model declares it. */
  String of(Signature signature) {
    SignatureDef def = SignatureDef.getDefaultInstance();
    try {
      def =
          SignatureDefMap.parseFrom(GetModelMetadata.signatures(servable))
              .getSignatureDefOrDefault(signature.key(), def);
    } catch (InvalidProtocolBufferException e) {
      return signature + " (which cannot be printed: " + e.getMessage() + ")";
    }
    return WHOLE_FLOAT.matcher(TextFormat.printer().printToString(def)).replaceAll("$1");
  }
}
