package dev.sluice.engine.tensorflow;

import dev.sluice.servable.Code;
import dev.sluice.servable.ServingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * A loaded SavedModel: its graph and its session, until closed. Runs may overlap each other but not
 * {@link #close}.
 */
final class TfSession implements AutoCloseable {
  private final TfLibrary library;
  private final long graph;
  private final long session;
  private final MetaGraph metaGraph;
  private final boolean runsOnCaller;
  private boolean closed;

  private TfSession(
      TfLibrary library, long graph, long session, MetaGraph metaGraph, boolean runsOnCaller) {
    this.library = library;
    this.graph = graph;
    this.session = session;
    this.metaGraph = metaGraph;
    this.runsOnCaller = runsOnCaller;
  }

  /**
   * Loads the MetaGraph with exactly these tags.
   *
   * @throws ServingException as the library says it, with its code
   */
  static TfSession load(TfLibrary library, Path directory, Set<String> tags, SessionConfig config)
      throws ServingException {
    long status = library.newStatus();
    try {
      long options = library.newSessionOptions(config.toBytes(), status);
      try {
        return load(library, directory, tags, options, config.runsOnCaller(), status);
      } finally {
        library.deleteSessionOptions(options);
      }
    } finally {
      library.deleteStatus(status);
    }
  }

  private static TfSession load(
      TfLibrary library,
      Path directory,
      Set<String> tags,
      long options,
      boolean runsOnCaller,
      long status)
      throws ServingException {
    long graph = library.newGraph();
    long buffer = library.newBuffer();
    long session = 0;
    TfSession loaded = null;
    try {
      session = library.loadSession(options, directory.toString(), tags, graph, buffer, status);
      MetaGraph metaGraph = MetaGraphReader.read(library.bufferContents(buffer).asByteBuffer());
      loaded = new TfSession(library, graph, session, metaGraph, runsOnCaller);
      return loaded;
    } catch (IOException e) {
      throw new ServingException(
          Code.DATA_LOSS, "Cannot read the MetaGraphDef of " + directory + ": " + e.getMessage());
    } finally {
      library.deleteBuffer(buffer);
      if (loaded == null) {
        free(library, graph, session);
      }
    }
  }

  /** Returns what is known of the graph. */
  MetaGraph metaGraph() {
    return metaGraph;
  }

  /** Returns true if runs wait for no thread that other sessions use as well. */
  boolean runsOnCaller() {
    return runsOnCaller;
  }

  /** Returns the TF_Session. */
  long handle() {
    return session;
  }

  /** Returns the TF_Operation of a name, or 0; valid until this is closed. */
  long operation(String name) {
    return library.operation(graph, name);
  }

  /** Frees the session, its variables and the graph; further calls do nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      free(library, graph, session);
    }
  }

  private static void free(TfLibrary library, long graph, long session) {
    if (session != 0) {
      long status = library.newStatus();
      library.deleteSession(session, status);
      library.deleteStatus(status);
    }
    library.deleteGraph(graph);
  }
}
