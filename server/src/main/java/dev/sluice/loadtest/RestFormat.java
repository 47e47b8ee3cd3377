package dev.sluice.loadtest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.sluice.loadtest.wire.AnswerBytes;
import java.util.Set;

/**
 * Reads JSON answers. With one output the values stand without its name; with several each row, or
 * the answer by columns, names them.
 */
final class RestFormat implements AnswerFormat {
  private final Set<String> outputs;

  RestFormat(Set<String> outputs) {
    this.outputs = Set.copyOf(outputs);
  }

  @Override
  public ParsedAnswer parse(AnswerBytes answer) throws AnswerException {
    JsonElement parsed;
    try {
      parsed = JsonParser.parseString(answer.text());
    } catch (JsonParseException e) {
      throw new AnswerException("not JSON: " + e.getMessage());
    }
    if (!(parsed instanceof JsonObject body)) {
      throw new AnswerException("not a JSON object");
    }
    if (body.get("predictions") instanceof JsonArray rows) {
      for (JsonElement row : rows) {
        requireOutputs(row);
      }
      return new RestAnswer(rows);
    }
    JsonElement columns = body.get("outputs");
    if (columns == null) {
      throw new AnswerException("neither \"predictions\" nor \"outputs\"");
    }
    requireOutputs(columns);
    return new RestAnswer(columns);
  }

  private void requireOutputs(JsonElement values) throws AnswerException {
    if (outputs.size() < 2) {
      return;
    }
    if (!(values instanceof JsonObject named)) {
      throw new AnswerException("outputs without names, expected " + outputs);
    }
    for (String output : outputs) {
      if (!named.has(output)) {
        throw new AnswerException("no output " + output);
      }
    }
  }
}
