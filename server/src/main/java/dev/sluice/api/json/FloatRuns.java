package dev.sluice.api.json;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a document's arrays as floats, made while its syntax is checked, so that a float
 * tensor need not read its text a second time.
 *
 * <p>A <em>run</em> is the numbers that follow each other in an array. Whoever wants another type,
 * or another number of values than the run has, reads the text.
 *
 * <p>There is one for each thread, whose documents are checked and read one after the other: with
 * the next one the runs of the last are gone, and {@link #ifOf} tells whose they are.
 */
public final class FloatRuns {
  /** Has no runs and takes none. */
  public static final FloatRuns NONE = new FloatRuns(0);

  /** More than a large image has; of a document with more only the first are kept. */
  private static final int MOST_VALUES = 1 << 18;

  /** More than an image has pixels, each of which is an array. */
  private static final int MOST_RUNS = 1 << 16;

  private static final ThreadLocal<FloatRuns> OF_THREAD =
      ThreadLocal.withInitial(() -> new FloatRuns(MOST_VALUES));

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Shorter runs are copied faster one by one. */
  private static final int SHORT_RUN = 8;

  /** No number that is read the fast way is so long, with the 8 bytes read behind it. */
  private static final int LOOK_AHEAD = 40;

  /** More digits than these may overflow. */
  private static final int SAFE_DIGITS = 18;

  private static final byte[] NO_BYTES = {};

  private final int most;
  private byte[] bytes = NO_BYTES;
  private int end;
  private int document;
  private @Nullable NumberReader reader;

  private float[] values = {};
  private int size;

  /** Of each run where it begins, where its first value is, and the position behind its last. */
  private int[] starts = {};

  private int[] firsts = {};
  private int[] ends = {};
  private int runs;

  /** True until a number of the open run has found no room. */
  private boolean complete;

  /** The run that is probably asked for next. */
  private int next;

  private FloatRuns(int most) {
    this.most = most;
  }

  /** Returns the calling thread's. */
  public static FloatRuns ofThread() {
    return OF_THREAD.get();
  }

  /** Begins with the text of a document, which ends at {@code textEnd}. */
  void begin(byte[] text, int textEnd) {
    if (most > 0) {
      bytes = text;
      end = textEnd;
      size = 0;
      runs = 0;
      next = 0;
      document++;
    }
  }

  /** Lets go of the text, which may be large. */
  void finish() {
    if (most > 0) {
      bytes = NO_BYTES;
      reader = null;
    }
  }

  /** Returns what stands for the document that was begun last. */
  public int document() {
    return document;
  }

  /** Returns this, or {@link #NONE} if another document has been begun since that one. */
  public FloatRuns ifOf(int begun) {
    return begun == document ? this : NONE;
  }

  /** Begins a run; returns false if there is no room for another. */
  boolean open(int position) {
    if (size >= most || runs >= MOST_RUNS) {
      return false;
    }
    if (runs == ends.length) { // the last to grow: memory may be short before it has
      int capacity = Math.max(16, 2 * runs);
      starts = Arrays.copyOf(starts, capacity);
      firsts = Arrays.copyOf(firsts, capacity + 1);
      ends = Arrays.copyOf(ends, capacity);
    }
    starts[runs] = position;
    firsts[runs] = size;
    complete = true;
    return true;
  }

  /** Ends the run, behind whose last number the position is. */
  void close(int position) {
    if (complete) {
      ends[runs] = position;
      firsts[++runs] = size;
    } else {
      size = firsts[runs];
    }
  }

  /**
   * Reads the number at a position, if it is one of the many: some digits, perhaps a fraction, no
   * exponent.
   *
   * @return the position behind it, or -1 if its syntax has to be checked by others, who then
   *     {@linkplain #addChecked add} it
   */
  int add(int position) {
    if (position > end - LOOK_AHEAD) {
      return -1;
    }
    byte[] from = bytes;
    boolean negative = from[position] == '-';
    int at = negative ? position + 1 : position;
    long digits;
    int count;
    if (from[at + 1] == '.') { // one digit in front of the point, as most have
      digits = (long) from[at] - '0';
      count = 1;
      if (digits < 0 || digits > 9) {
        return -1;
      }
    } else {
      long word = Swar.load(from, at);
      count = Swar.digits(word);
      if (count == 0 || count == 8 || (count > 1 && from[at] == '0')) {
        return -1;
      }
      digits = Swar.decimal(word, count);
    }
    at += count;
    int fraction = 0;
    if (from[at] == '.') {
      at++;
      long word = Swar.load(from, at);
      fraction = Swar.digits(word);
      if (fraction < 8) {
        digits = digits * Decimals.power(fraction) + Swar.decimal(word, fraction);
        at += fraction;
      } else {
        long more = Swar.load(from, at + 8);
        int behind = Swar.digits(more);
        if (behind == 8) {
          return -1;
        }
        digits = digits * 100_000_000 + Swar.decimal(word);
        digits = digits * Decimals.power(behind) + Swar.decimal(more, behind);
        fraction += behind;
        at += fraction;
      }
      if (fraction == 0 || count + fraction > SAFE_DIGITS) {
        return -1;
      }
    }
    if ((from[at] | 0x20) == 'e') {
      return -1;
    }
    float value;
    if (digits == 0) {
      negative &= fraction > 0; // -0 is the whole number 0
      value = 0;
    } else {
      value = DecimalToDouble.convertToFloat(digits, -fraction);
      if (Float.isNaN(value)) {
        return -1;
      }
    }
    put(negative ? -value : value);
    return at;
  }

  /** Adds the number at a position, whose syntax has been checked up to {@code behind}. */
  void addChecked(int position, int behind) {
    if (behind >= end) {
      complete = false; // it is read with a look ahead, and its array has no end
      return;
    }
    NumberReader numbers = reader;
    if (numbers == null) {
      numbers = new NumberReader(bytes, position);
      reader = numbers;
    }
    numbers.position = position;
    put(numbers.readFloat());
  }

  private void put(float value) {
    if (size == values.length) {
      if (size >= most) {
        complete = false;
        return;
      }
      values = Arrays.copyOf(values, Math.min(most, Math.max(1024, 2 * size)));
    }
    values[size++] = value;
  }

  /**
   * Writes the run that begins at a position to a tensor's memory, as its elements from {@code
   * index} on, if it has exactly {@code count} values.
   *
   * @return the position behind the run, or -1 if there is no such run
   */
  int write(int position, long count, MemorySegment data, long index) {
    int run = next < runs && starts[next] == position ? next : find(position);
    if (run < 0 || firsts[run + 1] - firsts[run] != count) {
      return -1;
    }
    next = run + 1;
    int first = firsts[run];
    int length = (int) count;
    if (length < SHORT_RUN) {
      for (int i = 0; i < length; i++) {
        data.set(FLOAT, 4 * (index + i), values[first + i]);
      }
    } else {
      MemorySegment.copy(values, first, data, FLOAT, 4 * index, length);
    }
    return ends[run];
  }

  private int find(int position) {
    return Arrays.binarySearch(starts, 0, runs, position);
  }
}
