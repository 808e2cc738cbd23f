package dev.tollgate.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code GET /health/live}, {@code /health/ready} and {@code /health/startup}: probes for the operator. Answered while draining, too:
 * shutting down is one of the reasons. Only this machine gets the reasons; the log has them for others.
 *
 * @param complaints words of a closed list, none where all is well; called on an event loop: must not wait
 */
public record Health(Supplier<List<String>> complaints) implements Handler<Object> {

    private static final byte[] UP = bytes("{\"status\":\"up\"}");
    private static final byte[] DOWN = bytes("{\"status\":\"down\"}");

    @Override
    public void handle(Exchange exchange, Object caller) {
        List<String> reasons = complaints.get();
        if (reasons.isEmpty()) {
            exchange.json(200, UP);
        } else {
            exchange.setHeader("retry-after", "1");
            exchange.json(503, exchange.isFromThisMachine() ? down(reasons) : DOWN);
        }
    }

    private static byte[] down(List<String> reasons) {
        return bytes("{\"status\":\"down\",\"reasons\":[\"" + String.join("\",\"", reasons) + "\"]}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
