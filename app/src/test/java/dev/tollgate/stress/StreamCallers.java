package dev.tollgate.stress;

import dev.tollgate.testing.Gateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Callers who ask for one stream after the other, each on a connection of its own, and tell what became of it. */
public final class StreamCallers implements AutoCloseable {

    private static final String BODY = """
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Hello"}]}""";
    private static final long PAUSE_MILLIS = 20;

    public enum Ending {
        /** To its {@code [DONE]}. */
        WHOLE,
        /** An error as a status. */
        REFUSED,
        /** It had begun. */
        CUT,
        /** No server has answered. */
        UNREACHED
    }

    /** @param beganNanos of {@link System#nanoTime} */
    public record Heard(Ending ending, int status, long beganNanos, long millis, String text) {

        /** For messages: the end of what came. */
        @Override
        public String toString() {
            return ending + " " + status + " after " + millis + " ms: "
                    + text.substring(Math.max(0, text.length() - 300));
        }
    }

    private final Function<AtomicInteger, Heard> call;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile boolean over;

    /** Callers of whole answers, who keep their connections. */
    public static StreamCallers ofWholeAnswers(int port, int callers) {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return new StreamCallers(callers, underWay -> whole(client, port));
    }

    private static Heard whole(HttpClient client, int port) {
        long began = System.nanoTime();
        int status = 0;
        String text;
        try {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                            .header("Content-Type", "application/json")
                            .header("Authorization", "Bearer " + Gateway.DEMO_KEY)
                            .POST(HttpRequest.BodyPublishers.ofString(BODY.replace("{\"m", "{\"stream\":false,\"m")))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            status = answer.statusCode();
            text = answer.body();
        } catch (IOException e) {
            text = e.toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Ending ending = status == 200 ? Ending.WHOLE : status == 0 ? Ending.UNREACHED : Ending.REFUSED;
        return new Heard(ending, status, began, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began), text);
    }

    /** Begin at once. */
    public StreamCallers(int port, int callers) {
        this(callers, underWay -> call(port, underWay));
    }

    private StreamCallers(int callers, Function<AtomicInteger, Heard> call) {
        this.call = call;
        for (int i = 0; i < callers; i++) {
            threads.add(Thread.ofVirtual().start(this::callOnAndOn));
        }
    }

    private void callOnAndOn() {
        while (!over) {
            Heard now = call.apply(underWay);
            heard.add(now);
            if (now.ending() != Ending.WHOLE) {
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One stream, to its end. */
    static Heard call(int port) {
        return call(port, new AtomicInteger());
    }

    private static Heard call(int port, AtomicInteger underWay) {
        boolean shown = false;
        long began = System.nanoTime();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            socket.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                    + "Content-Type: application/json\r\nAuthorization: Bearer " + Gateway.DEMO_KEY
                                    + "\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY)
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] piece = new byte[4096];
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                bytes.write(piece, 0, length);
                if (!shown && bytes.toString(StandardCharsets.UTF_8).contains("data: ")) {
                    shown = true;
                    underWay.incrementAndGet();
                }
            }
        } catch (IOException e) {
            // What came before is looked at.
        } finally {
            if (shown) {
                underWay.decrementAndGet();
            }
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        int status = text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : 0;
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        return new Heard(ending(status, text), status, began, millis, text);
    }

    private static Ending ending(int status, String text) {
        if (text.contains("data: [DONE]")) {
            return Ending.WHOLE;
        }
        return status == 0 ? Ending.UNREACHED : status == 200 ? Ending.CUT : Ending.REFUSED;
    }

    long count(Ending ending) {
        return heard.stream().filter(it -> it.ending() == ending).count();
    }

    /** Waits until a caller has received a beginning and no end yet. */
    void awaitBeginning() {
        Gateway.await("a stream under way", () -> underWay.get() > 0);
    }

    /** Until so many more were whole. */
    public void awaitWhole(int more) {
        long before = count(Ending.WHOLE);
        Gateway.await("answers", () -> count(Ending.WHOLE) >= before + more);
    }

    /** Lets those that run come to their end. @return all that was heard */
    public List<Heard> end() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return List.copyOf(heard);
    }

    @Override
    public void close() {
        over = true;
    }
}
