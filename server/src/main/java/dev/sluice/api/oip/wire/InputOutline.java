package dev.sluice.api.oip.wire;

import dev.sluice.api.oip.InferInputs;
import dev.sluice.api.oip.Parameter;
import dev.sluice.api.oip.PartCounts;
import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.servable.ServingException;
import dev.sluice.tensor.Shape;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An InferInputTensor but for its values, of which it knows where they are. */
final class InputOutline {
  private static final int NAME = 1 << 3 | 2;
  private static final int DATATYPE = 2 << 3 | 2;
  private static final int DIM = 3 << 3;
  private static final int DIMS = 3 << 3 | 2;
  private static final int PARAMETERS = 4 << 3 | 2;
  private static final int CONTENTS = 5 << 3 | 2;

  private static final int MOST_DIMS = InferInputs.LARGEST_RANK + 1;

  private String name = "";
  private String datatype = "";
  private long[] dims = new long[4];
  private int rank;
  private @Nullable Map<String, Parameter> parameters;
  private @Nullable ContentsOutline contents;

  private InputOutline() {}

  /** Reads a field that holds an InferInputTensor. */
  static InputOutline read(ProtoReader in, PartCounts counts)
      throws MalformedMessageException, ServingException {
    counts.addInput();
    InputOutline input = new InputOutline();
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case NAME -> input.name = in.readString();
        case DATATYPE -> input.datatype = in.readString();
        case DIM -> input.addDim(in.readVarint());
        case DIMS -> input.addDims(in);
        case PARAMETERS -> input.parameters = ParameterFields.read(in, input.parameters, counts);
        case CONTENTS -> input.addContents(in);
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
    return input;
  }

  private void addDims(ProtoReader in) throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      addDim(in.readVarint());
    }
    in.pop(outer);
  }

  /** What is beyond any model's dimensions is not kept, but for one more, which is refused. */
  private void addDim(long dim) {
    if (rank == MOST_DIMS) {
      return;
    }
    if (rank == dims.length) {
      dims = Arrays.copyOf(dims, 2 * rank);
    }
    dims[rank++] = dim;
  }

  private void addContents(ProtoReader in) throws MalformedMessageException {
    ContentsOutline known = contents;
    if (known == null) {
      known = new ContentsOutline();
      contents = known;
    }
    known.add(in);
  }

  String name() {
    return name;
  }

  String datatype() {
    return datatype;
  }

  Shape shape() {
    return Shape.owning(Arrays.copyOf(dims, rank));
  }

  Map<String, Parameter> parameters() {
    return parameters == null ? Map.of() : parameters;
  }

  /** Returns where the values are that the input itself brings; null if it brings none. */
  @Nullable ContentsOutline contents() {
    return contents;
  }
}
