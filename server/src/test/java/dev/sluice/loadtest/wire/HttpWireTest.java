package dev.sluice.loadtest.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The wire against sockets that answer what a test wants, byte for byte. */
final class HttpWireTest {
  private static final byte[] REQUEST = "GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII);
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

  private final LoadThreads threads = new LoadThreads(1);
  private final AtomicInteger connections = new AtomicInteger();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    threads.close();
  }

  /** What a call ended with. */
  private record End(Outcome outcome, String answer) {}

  private static final class Question implements Call {
    private final CompletableFuture<End> end = new CompletableFuture<>();

    @Override
    public int message() {
      return 0;
    }

    @Override
    public long intendedNanos() {
      return System.nanoTime();
    }

    @Override
    public void ended(Outcome outcome, AnswerBytes answer) {
      end.complete(new End(outcome, answer.text()));
    }

    End await() {
      return end.orTimeout(30, TimeUnit.SECONDS).join();
    }
  }

  /** Gives each request the next answer; an empty one closes the connection, null says nothing. */
  private void answer(String... answers) {
    AtomicInteger next = new AtomicInteger();
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try {
                  Socket socket = server.accept();
                  connections.incrementAndGet();
                  Thread.ofVirtual().start(() -> serve(socket, next, answers));
                } catch (IOException e) {
                  return; // closed at the end of the test
                }
              }
            });
  }

  private static void serve(Socket socket, AtomicInteger next, String... answers) {
    try (socket) {
      InputStream in = socket.getInputStream();
      while (in.readNBytes(REQUEST.length).length == REQUEST.length) {
        String answer = answers[next.getAndIncrement() % answers.length];
        if (answer.isEmpty()) {
          return;
        }
        // In two parts, so that nothing depends on how bytes arrive.
        int half = answer.length() / 2;
        socket.getOutputStream().write(answer.substring(0, half).getBytes(US_ASCII));
        socket.getOutputStream().flush();
        socket.getOutputStream().write(answer.substring(half).getBytes(US_ASCII));
        if (answer.contains("Connection: close")) {
          return;
        }
      }
    } catch (IOException e) {
      // The client went away.
    }
  }

  private Wire wire(int size, boolean keepAnswers, Optional<Duration> deadline) {
    WireSettings settings =
        new WireSettings(
            new InetSocketAddress(server.getInetAddress(), server.getLocalPort()),
            size,
            List.of(REQUEST),
            keepAnswers,
            deadline);
    Wire wire = new HttpWire(threads.get(0), settings, System::nanoTime);
    CompletableFuture.supplyAsync(wire::open, threads.get(0))
        .thenCompose(opened -> opened)
        .orTimeout(30, TimeUnit.SECONDS)
        .join();
    return wire;
  }

  private Wire wire() {
    return wire(1, true, Optional.empty());
  }

  private Question send(Wire wire) {
    Question question = new Question();
    threads.get(0).execute(() -> wire.send(question));
    return question;
  }

  @Test
  void oneConnectionIsUsedAgain() {
    answer(OK);
    Wire wire = wire();
    for (int i = 0; i < 3; i++) {
      assertEquals(new End(Outcome.OK, "hi"), send(wire).await());
    }
    assertEquals(1, connections.get());
  }

  @Test
  void callsWaitForAFreeConnection() {
    answer(OK);
    Wire wire = wire(2, true, Optional.empty());
    List<Question> questions = List.of(send(wire), send(wire), send(wire), send(wire), send(wire));
    questions.forEach(question -> assertEquals(Outcome.OK, question.await().outcome()));
    assertEquals(2, connections.get());
  }

  @Test
  void readsChunks() {
    answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n2\r\nij\r\n0\r\n\r\n");
    assertEquals(new End(Outcome.OK, "hij"), send(wire()).await());
  }

  @Test
  void anInterimAnswerIsNotTheAnswer() {
    answer("HTTP/1.1 100 Continue\r\n\r\n" + OK);
    assertEquals(new End(Outcome.OK, "hi"), send(wire()).await());
  }

  @Test
  void answersThatNobodyLooksAtAreNotKeptButErrorsAre() {
    answer(OK, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nfull");
    Wire wire = wire(1, false, Optional.empty());
    assertEquals(new End(Outcome.OK, ""), send(wire).await());
    assertEquals(new Outcome("HTTP 503", "full", true), send(wire).await().outcome());
  }

  @Test
  void aConnectionThatTheServerEndsIsOpenedAgain() {
    answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
    Wire wire = wire();
    assertEquals("hi", send(wire).await().answer());
    assertEquals("hi", send(wire).await().answer());
    assertTrue(connections.get() >= 2, "and it may be opened for a third answer");
  }

  @Test
  void aCallWhoseConnectionIsLostFailsAndTheNextSucceeds() {
    answer("", OK);
    Wire wire = wire();
    Outcome lost = send(wire).await().outcome();
    assertEquals("CONNECTION", lost.code());
    assertTrue(!lost.answered(), lost.detail());
    assertEquals("hi", send(wire).await().answer());
  }

  @Test
  void callsFailWhenTheServerIsGone() throws IOException {
    answer("");
    Wire wire = wire();
    Question first = send(wire);
    server.close();
    assertEquals("CONNECTION", first.await().outcome().code());
    assertEquals("CONNECTION", send(wire).await().outcome().code());
  }

  @Test
  void whatIsNotHttpIsSaid() {
    answer("SSH-2.0-x\r\n\r\n");
    assertTrue(send(wire()).await().outcome().detail().startsWith("not HTTP"));
  }

  @Test
  void theDeadlineEndsACallThatGetsNoAnswer() {
    answer("HTTP/1.1 100 Continue\r\n\r\n");
    Wire wire = wire(1, true, Optional.of(Duration.ofMillis(50)));
    Question first = send(wire);
    Question second = send(wire);
    assertEquals("DEADLINE_EXCEEDED", first.await().outcome().code());
    assertEquals("DEADLINE_EXCEEDED", second.await().outcome().code());
  }

  @Test
  void closeEndsWhatIsUnderWayAndWhatWaits() {
    answer("HTTP/1.1 100 Continue\r\n\r\n");
    Wire wire = wire();
    Question first = send(wire);
    Question second = send(wire);
    threads.get(0).execute(wire::close);
    assertTrue(first.await().outcome().isUnfinished());
    assertTrue(second.await().outcome().isUnfinished());
    assertTrue(send(wire).await().outcome().isUnfinished());
  }

  @Test
  void openSaysThatNobodyListens() throws IOException {
    server.close();
    CompletionException refused = assertThrows(CompletionException.class, this::wire);
    assertTrue(refused.toString().contains("Connection refused"), refused.toString());
  }
}
