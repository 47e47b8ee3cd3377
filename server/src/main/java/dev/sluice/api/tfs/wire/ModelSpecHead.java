package dev.sluice.api.tfs.wire;

import dev.sluice.api.wire.MalformedMessageException;
import dev.sluice.api.wire.ProtoReader;
import dev.sluice.predict.VersionChoice;
import org.jspecify.annotations.Nullable;

/** A request's ModelSpec, read without a message object (grpc.md §2.1). */
public final class ModelSpecHead {
  private static final int NAME = 1 << 3 | 2;
  private static final int VERSION = 2 << 3 | 2;
  private static final int SIGNATURE = 3 << 3 | 2;
  private static final int LABEL = 4 << 3 | 2;
  private static final int INT64_VALUE = 1 << 3;

  private String model = "";
  private String signature = "";
  private boolean hasVersion;
  private long version;
  private @Nullable String label;

  ModelSpecHead() {}

  /** Reads a field that holds a ModelSpec; what it sets replaces what was read before. */
  void merge(ProtoReader in) throws MalformedMessageException {
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      switch (tag) {
        case NAME -> model = in.readString();
        case SIGNATURE -> signature = in.readString();
        case VERSION -> mergeVersion(in);
        case LABEL -> {
          label = in.readString();
          hasVersion = false;
        }
        default -> in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  /** Version and label share a oneof: the last one sent counts. */
  private void mergeVersion(ProtoReader in) throws MalformedMessageException {
    if (!hasVersion) {
      hasVersion = true;
      version = 0;
      label = null;
    }
    int outer = in.push(in.readLength());
    while (in.hasMore()) {
      int tag = in.readTag();
      if (tag == INT64_VALUE) {
        version = in.readVarint();
      } else {
        in.skipField(tag);
      }
    }
    in.pop(outer);
  }

  /** Returns the model's name; may be empty. */
  public String model() {
    return model;
  }

  /** Returns which version is wanted. */
  public VersionChoice version() {
    String wanted = label;
    if (wanted != null) {
      return new VersionChoice.Labelled(wanted);
    }
    return hasVersion ? new VersionChoice.Specific(version) : VersionChoice.LATEST;
  }

  /** Returns the signature's key; empty for the default. */
  public String signature() {
    return signature;
  }
}
