package dev.tollgate.sandbox.wire;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Writes errors, and small answers in general. */
public final class Replies {

    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);
    private static final String JSON_TYPE = "application/json; charset=UTF-8";
    private static final int DRAINED_BYTES_MAX = 200 << 20;

    private Replies() {}

    /** Returns a failure as Google reports it; an unexpected error is logged and becomes a 500. */
    public static GoogleError of(Throwable failure) {
        if (failure instanceof GoogleError.Failure refusal) {
            return refusal.error();
        }
        LOG.warn("a request to the sandbox failed", failure);
        return GoogleError.of(500);
    }

    public static void answer(HttpServerResponse response, Throwable failure) {
        GoogleError error = of(failure);
        send(response, error.code(), error.body());
    }

    /** Reads the body to its end and drops it: a client that is still writing would see a reset instead of the reason. */
    public static void afterBody(HttpServerRequest request, GoogleError error) {
        long[] dropped = {0};
        request.handler(part -> {
            dropped[0] += part.length();
            if (dropped[0] > DRAINED_BYTES_MAX && !request.response().ended()) {
                request.response().putHeader("connection", "close");
                answer(request.response(), error.asRefusal());
            }
        });
        request.endHandler(end -> answer(request.response(), error.asRefusal()));
    }

    public static void send(HttpServerResponse response, int status, JsonNode body) {
        if (!response.closed() && !response.ended()) {
            response.setStatusCode(status).putHeader("content-type", JSON_TYPE).end(JsonTrees.pretty(body) + "\n");
        }
    }
}
