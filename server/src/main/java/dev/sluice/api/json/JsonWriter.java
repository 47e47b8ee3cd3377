package dev.sluice.api.json;

import java.nio.charset.StandardCharsets;

/** Writes a small JSON document, member by member. */
public final class JsonWriter {
  private final JsonSink sink = new JsonSink(512);

  /** True if a comma is due before the next name or value. */
  private boolean behindValue;

  /** Creates a writer of an empty text. */
  public JsonWriter() {}

  /** Begins an object or an array. */
  public JsonWriter open(char bracket) {
    comma();
    sink.put(bracket);
    behindValue = false;
    return this;
  }

  /** Ends an object or an array. */
  public JsonWriter close(char bracket) {
    sink.put(bracket);
    behindValue = true;
    return this;
  }

  /** Begins a member; its value is written next. */
  public JsonWriter name(String name) {
    comma();
    quoted(name);
    sink.put(':');
    behindValue = false;
    return this;
  }

  /** Writes a string. */
  public JsonWriter value(String text) {
    comma();
    quoted(text);
    behindValue = true;
    return this;
  }

  /** Writes an integer. */
  public JsonWriter value(long number) {
    comma();
    sink.number(number);
    behindValue = true;
    return this;
  }

  /** Writes true or false. */
  public JsonWriter value(boolean truth) {
    comma();
    sink.ascii(truth ? "true" : "false");
    behindValue = true;
    return this;
  }

  /** Returns the document. */
  public byte[] toBytes() {
    return sink.toByteArray();
  }

  private void comma() {
    if (behindValue) {
      sink.put(',');
    }
  }

  private void quoted(String text) {
    JsonEscapes.writeQuoted(sink, text.getBytes(StandardCharsets.UTF_8));
  }
}
