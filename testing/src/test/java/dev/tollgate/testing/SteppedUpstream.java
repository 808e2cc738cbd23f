package dev.tollgate.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** An upstream that sends its next words when the test says so, to the one running call: for changes in the middle of a response. */
public final class SteppedUpstream implements AutoCloseable {

    private static final String END = "";
    private static final String BREAK = "break";
    private static final String STAY = "stay";

    private final BlockingQueue<String> words = new LinkedBlockingQueue<>();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final HandServer server = new HandServer(this::answer);

    /** Returns the environment of a program that calls this upstream. */
    public Map<String, String> environment() {
        return Map.of(
                "GEMINI_API_KEY", "AIzaSyTestKeyOfTheUpstream0123456789abc", "GOOGLE_GEMINI_BASE_URL", server.url());
    }

    /** @param candidates tokens of all that was said by then; the prompt has 10 */
    public void says(String text, long candidates) {
        words.add(event("\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + text + "\"}]}", candidates));
    }

    public void ends(long candidates) {
        words.add(event("\"finishReason\":\"STOP\"", candidates));
        words.add(END);
    }

    /** Sends these events in one write, so that the reader has all of them together. */
    public void says(List<String> events) {
        words.add(events.stream().map(event -> "data: " + event + "\r\n\r\n").collect(Collectors.joining()));
    }

    /** The connection ends in the middle of the answer. */
    public void breaks() {
        words.add(BREAK);
    }

    /** Says nothing more, until its caller has left. */
    public void stays() {
        words.add(STAY);
    }

    /** How many answers that stayed their caller has left. */
    public int abandoned() {
        return abandoned.get();
    }

    /** Connections with it, now. */
    public int openConnections() {
        return server.openConnections();
    }

    private static String event(String candidate, long tokens) {
        return "data: {\"candidates\":[{" + candidate + "}],\"usageMetadata\":{\"promptTokenCount\":10,"
                + "\"candidatesTokenCount\":" + tokens + ",\"totalTokenCount\":" + (10 + tokens) + "}}\r\n\r\n";
    }

    private void answer(HandServer.Request request, OutputStream out) throws IOException, InterruptedException {
        request.read();
        if (request.target().endsWith(":countTokens")) {
            HandServer.reply(out, 200, "Content-Type: application/json\r\n", "{\"totalTokens\":10}");
            return;
        }
        out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        for (String next = words.take(); !next.equals(END); next = words.take()) {
            if (next.equals(BREAK)) {
                throw new IOException("as told");
            }
            if (next.equals(STAY)) {
                request.awaitDeparture();
                abandoned.incrementAndGet();
                return;
            }
            byte[] bytes = next.getBytes(StandardCharsets.UTF_8);
            out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(bytes);
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() {
        server.close();
    }
}
