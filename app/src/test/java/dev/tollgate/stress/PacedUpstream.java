package dev.tollgate.stress;

import dev.tollgate.testing.HandServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream whose answers take their time: so many events, so far from each other. */
public final class PacedUpstream implements AutoCloseable {

    private final HandServer server = new HandServer(this::answer);
    private final AtomicInteger asked = new AtomicInteger();
    private final int events;
    private final long millisBetween;

    public PacedUpstream(int events, long millisBetween) {
        this.events = events;
        this.millisBetween = millisBetween;
    }

    /** Returns the environment of a program that calls this upstream. */
    public Map<String, String> environment() {
        return Map.of(
                "GEMINI_API_KEY", "AIzaSyTestKeyOfTheUpstream0123456789abc", "GOOGLE_GEMINI_BASE_URL", server.url());
    }

    /** Answers that were begun. */
    public int asked() {
        return asked.get();
    }

    private void answer(HandServer.Request request, OutputStream out) throws IOException, InterruptedException {
        request.read();
        if (request.target().endsWith(":countTokens")) {
            HandServer.reply(out, 200, "Content-Type: application/json\r\n", "{\"totalTokens\":10}");
            return;
        }
        asked.incrementAndGet();
        out.write(ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for (int i = 1; i <= events; i++) {
            String end = i == events ? ",\"finishReason\":\"STOP\"" : "";
            byte[] event = ascii("data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"word "
                    + i
                    + " \"}]}" + end + "}],\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":" + i
                    + ",\"totalTokenCount\":" + (10 + i) + "}}\r\n\r\n");
            out.write(ascii(Integer.toHexString(event.length) + "\r\n"));
            out.write(event);
            out.write(ascii("\r\n"));
            out.flush();
            Thread.sleep(millisBetween);
        }
        out.write(ascii("0\r\n\r\n"));
        out.flush();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        server.close();
    }
}
