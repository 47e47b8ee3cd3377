package dev.sluice.loadtest;

import java.util.List;
import java.util.Set;

/**
 * What the load sends.
 *
 * @param messages as the wire takes them, sent in turn
 * @param bytes the size of the first body or message
 * @param outputs what an answer must have
 * @param signature the one that it asks for
 * @param isMade if the values are random, so that a model may rightly refuse them
 * @param text where it is from, for people
 */
record Payload(
    List<byte[]> messages,
    int bytes,
    Set<String> outputs,
    String signature,
    boolean isMade,
    String text) {
  Payload {
    messages = List.copyOf(messages);
    outputs = Set.copyOf(outputs);
  }
}
