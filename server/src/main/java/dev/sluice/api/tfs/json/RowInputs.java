package dev.sluice.api.tfs.json;

import dev.sluice.api.json.JsonStrings;
import dev.sluice.api.json.ValueWalk;
import dev.sluice.servable.ServingException;
import dev.sluice.servable.Signature;
import org.jspecify.annotations.Nullable;

/** Converts {@code instances}: a list of values, or of objects with one member per input. */
final class RowInputs {
  private final JsonBody body;
  private final byte[] bytes;
  private final Signature signature;
  private final InputSink sink;

  RowInputs(JsonBody body, Signature signature, InputSink sink) {
    this.body = body;
    this.bytes = body.bytes();
    this.signature = signature;
    this.sink = sink;
  }

  void fill() throws ServingException {
    int list = body.instances();
    if (bytes[list] != '[') {
      throw body.error("Expecting 'instances' to be an list/array");
    }
    int count = body.sizes().at(list);
    if (count == 0) {
      throw body.error("No values in 'instances' array");
    }
    int first = ValueWalk.space(bytes, list + 1);
    if (signature.inputs().size() > 1 && bytes[first] != '{') {
      throw ServingException.invalidArgument(
          "instances is a plain list, but expecting list of objects as multiple input tensors"
              + " required as per tensorinfo_map");
    }
    boolean objects = ValueWalk.isPlainObject(bytes, first);
    boolean done =
        objects
            ? new Objects(count).read(first)
            : new InputSlot(body, sink, 0, signature.inputs().get(0)).readWhole(list) >= 0;
    if (!done) {
      throw new RowErrors(body, signature).find(first, count, objects);
    }
  }

  /** The list of objects. Strings take two passes, which this is for once each. */
  private final class Objects {
    private final int count;
    private final @Nullable InputSlot[] slots;
    private final InputNames names;

    /** For each input the last instance that had it, plus 1. */
    private final int[] seen;

    private boolean stringsOnly;

    Objects(int count) {
      this.count = count;
      this.slots = new @Nullable InputSlot[signature.inputs().size()];
      this.names = new InputNames(bytes, signature);
      this.seen = new int[slots.length];
    }

    /** Reads all instances from the first on; false if one is not as it should be. */
    boolean read(int first) {
      if (!readAll(first)) {
        return false;
      }
      boolean strings = false;
      for (int i = 0; i < slots.length; i++) {
        seen[i] = 0;
        InputSlot slot = slot(i);
        if (slot.isString()) {
          slot.beginWriting();
          strings = true;
        }
      }
      stringsOnly = true;
      return !strings || readAll(first);
    }

    private boolean readAll(int first) {
      int position = first;
      for (int instance = 0; instance < count; instance++) {
        if (bytes[position] != '{') {
          return false;
        }
        int end = readObject(position, instance);
        if (end < 0) {
          return false;
        }
        position = ValueWalk.next(bytes, end);
      }
      return true;
    }

    private int readObject(int open, int instance) {
      int position = ValueWalk.space(bytes, open + 1);
      int found = 0;
      for (int member = 0; bytes[position] != '}'; member++) {
        int nameEnd = JsonStrings.end(bytes, position);
        int input = names.indexOf(position, nameEnd, member);
        if (input < 0) {
          return -1;
        }
        int value = ValueWalk.memberValue(bytes, nameEnd);
        int end;
        if (seen[input] == instance + 1 || (stringsOnly && !slot(input).isString())) {
          end = ValueWalk.end(bytes, value);
        } else {
          end = slot(input).readInstance(value, instance, count);
        }
        if (end < 0) {
          return -1;
        }
        if (seen[input] != instance + 1) {
          seen[input] = instance + 1;
          found++;
        }
        position = ValueWalk.next(bytes, end);
      }
      return found == slots.length ? position + 1 : -1;
    }

    private InputSlot slot(int input) {
      InputSlot slot = slots[input];
      if (slot == null) {
        slot = new InputSlot(body, sink, input, signature.inputs().get(input));
        slots[input] = slot;
      }
      return slot;
    }
  }
}
