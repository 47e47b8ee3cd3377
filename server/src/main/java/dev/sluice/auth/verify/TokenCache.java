package dev.sluice.auth.verify;

import dev.sluice.auth.Principal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers whom tokens that were verified belong to, until they expire or are crowded out.
 *
 * <p>Thread-safe, without locks; looking up allocates nothing.
 */
final class TokenCache {
  /*
   * A table of buckets of four. Which bucket a token belongs to says a hash with secret parameters,
   * and tokens are compared in a time that depends on their length alone: how long an answer takes
   * tells nobody how much of another's token he has guessed.
   *
   * Only what has been verified comes in, so that strangers cannot crowd anybody out. The slot that
   * is taken is an empty one, or that of the token that expires first. Two threads that fill one
   * bucket at once may take the same slot: one token is then verified once more.
   */
  private static final int WAYS = 4;
  private static final int BUCKETS = 1024;

  /** Longer tokens are verified each time. */
  static final int LONGEST = 4096;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final ThreadLocal<byte[]> SCRATCH =
      ThreadLocal.withInitial(() -> new byte[LONGEST]);

  private final AtomicReferenceArray<@Nullable Entry> slots =
      new AtomicReferenceArray<>(BUCKETS * WAYS);
  private final long seed;
  private final long multiplier;

  /** A token that was verified. */
  private static final class Entry {
    private final long hash;
    private final byte[] token;
    private final Principal principal;

    /** In milliseconds of the clock. */
    private final long expires;

    Entry(long hash, byte[] token, Principal principal, long expires) {
      this.hash = hash;
      this.token = token;
      this.principal = principal;
      this.expires = expires;
    }
  }

  TokenCache() {
    SecureRandom random = new SecureRandom();
    seed = random.nextLong();
    multiplier = random.nextLong() | 1;
  }

  /**
   * Returns whom a token belongs to, or null if that is not known.
   *
   * @param header the token is what follows {@code from}
   * @param now in milliseconds of the clock
   */
  @Nullable Principal get(String header, int from, long now) {
    int length = header.length() - from;
    if (length > LONGEST) {
      return null;
    }
    byte[] bytes = SCRATCH.get();
    copy(header, from, bytes);
    long hash = hash(bytes, length);
    int first = bucket(hash);
    for (int slot = first; slot < first + WAYS; slot++) {
      Entry entry = slots.get(slot);
      if (entry != null
          && entry.hash == hash
          && isSame(entry.token, bytes, length)
          && now < entry.expires) {
        return entry.principal;
      }
    }
    return null;
  }

  /** Remembers a token until a time in milliseconds of the clock. */
  void put(String header, int from, Principal principal, long expires) {
    int length = header.length() - from;
    if (length > LONGEST) {
      return;
    }
    byte[] token = new byte[length];
    copy(header, from, token);
    long hash = hash(token, length);
    int first = bucket(hash);
    int victim = first;
    long soonest = Long.MAX_VALUE;
    for (int slot = first; slot < first + WAYS; slot++) {
      Entry entry = slots.get(slot);
      long until = entry == null || entry.hash == hash ? Long.MIN_VALUE : entry.expires;
      if (until < soonest) {
        soonest = until;
        victim = slot;
      }
    }
    slots.set(victim, new Entry(hash, token, principal, expires));
  }

  /** Forgets everything. */
  void clear() {
    for (int slot = 0; slot < slots.length(); slot++) {
      slots.set(slot, null);
    }
  }

  /** Headers are bytes, which become characters one by one. */
  @SuppressWarnings("deprecation") // it drops the high byte, of which there is none
  private static void copy(String header, int from, byte[] target) {
    header.getBytes(from, header.length(), target, 0);
  }

  private static int bucket(long hash) {
    return (int) (hash >>> 40) % BUCKETS * WAYS;
  }

  private long hash(byte[] bytes, int length) {
    long hash = seed ^ length;
    int at = 0;
    for (; at <= length - Long.BYTES; at += Long.BYTES) {
      hash = (hash ^ (long) LONGS.get(bytes, at)) * multiplier;
      hash ^= hash >>> 32;
    }
    for (; at < length; at++) {
      hash = (hash ^ bytes[at]) * multiplier;
      hash ^= hash >>> 32;
    }
    return hash * multiplier;
  }

  private static boolean isSame(byte[] token, byte[] bytes, int length) {
    if (token.length != length) {
      return false;
    }
    long difference = 0;
    int at = 0;
    for (; at <= length - Long.BYTES; at += Long.BYTES) {
      difference |= (long) LONGS.get(token, at) ^ (long) LONGS.get(bytes, at);
    }
    for (; at < length; at++) {
      difference |= token[at] ^ bytes[at];
    }
    return difference == 0;
  }
}
