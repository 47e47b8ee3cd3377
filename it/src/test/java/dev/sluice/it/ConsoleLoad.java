package dev.sluice.it;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Clients that come and go, so that pictures of the console have something to show. They ask for
 * digits, in requests of a few rows.
 */
final class ConsoleLoad implements AutoCloseable {
  private static final int MOST_CLIENTS = 12;

  private final ServerProcess server;
  private final String[] bodies = new String[4];
  private final List<Thread> clients = new ArrayList<>();
  private volatile int wanted;
  private volatile boolean stopped;

  ConsoleLoad(ServerProcess server) throws IOException {
    this.server = server;
    JsonArray cases =
        JsonParser.parseString(Files.readString(Models.path("digits/golden_rest.json")))
            .getAsJsonArray();
    JsonArray one =
        cases.get(0).getAsJsonObject().getAsJsonObject("request_json").getAsJsonArray("instances");
    for (int rows = 1; rows <= bodies.length; rows++) {
      JsonArray instances = new JsonArray();
      for (int i = 0; i < rows; i++) {
        instances.add(one.get(i % one.size()));
      }
      JsonObject body = new JsonObject();
      body.add("instances", instances);
      bodies[rows - 1] = body.toString();
    }
    for (int i = 0; i < MOST_CLIENTS; i++) {
      int number = i;
      clients.add(Thread.ofVirtual().start(() -> ask(number)));
    }
  }

  /** Lets load go up and down for so many seconds. */
  void run(int seconds) throws InterruptedException {
    for (int i = 0; i < seconds; i++) {
      wanted = 1 + (int) Math.round((MOST_CLIENTS - 1) * (0.5 - 0.5 * Math.cos(i / 18.0)));
      TimeUnit.SECONDS.sleep(1); // what is pictured is time itself
    }
  }

  private void ask(int number) {
    Random random = new Random(number);
    try {
      while (!stopped) {
        if (number < wanted) {
          String body = bodies[random.nextInt(bodies.length)];
          boolean wrong = random.nextInt(400) == 0;
          server.post("/v1/models/digits:predict", wrong ? "{}" : body);
        }
        TimeUnit.MILLISECONDS.sleep(number < wanted ? 2 + random.nextInt(6) : 50);
      }
    } catch (IOException | InterruptedException end) {
      // the server or the test has ended
    }
  }

  @Override
  public void close() {
    stopped = true;
    clients.forEach(Thread::interrupt);
  }
}
