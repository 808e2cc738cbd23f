package dev.tollgate.http.exchange;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A protocol that is not served. Its programs show the message of an error only in the protocol's own shape. */
enum UnservedProtocol {
    ANTHROPIC_MESSAGES(
            "/messages",
            "Of Anthropic's Messages API, POST /v1/messages and POST /v1/messages/count_tokens are served here.");

    private final String path;
    private final String hint;

    UnservedProtocol(String path, String hint) {
        this.path = path;
        this.hint = hint;
    }

    /** The protocol whose path this is, with {@code /v1} or without it, or null. */
    static @Nullable UnservedProtocol at(String path) {
        return Arrays.stream(values()).filter(each -> each.has(path)).findAny().orElse(null);
    }

    private boolean has(String asked) {
        return List.of(path, "/v1" + path).stream().anyMatch(own -> asked.equals(own) || asked.startsWith(own + "/"));
    }

    /** Returns advice for the caller. */
    String hint() {
        return hint;
    }

    ErrorFormat errors(Exchange exchange) {
        return this == ANTHROPIC_MESSAGES ? error -> anthropic(error, exchange.requestId()) : ErrorFormat.PLATFORM;
    }

    /** Used for unknown paths only, so the type is always the same. */
    private static byte[] anthropic(ApiError error, String requestId) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("type", "error");
        tree.putObject("error")
                .put("type", "not_found_error")
                .put("message", error.message())
                .putObject("details")
                .put("error_code", error.code().code())
                .putNull("param");
        return tree.put("request_id", requestId).toString().getBytes(StandardCharsets.UTF_8);
    }
}
