package dev.tollgate.sandbox;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** Receives requests: which route, which key, the body, and who answers. Runs on the connection's event loop. */
final class Desk {

    private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
    private static final int BODY_BYTES_MAX = 100 << 20;
    private static final int INLINE_BYTES_MAX = 256 << 10; // what is parsed on the event loop
    private static final int RECORDED_BYTES_MAX = 4 << 20;
    private static final GoogleError TOO_LARGE =
            GoogleError.invalid("Request payload size exceeds the limit: " + BODY_BYTES_MAX + " bytes.");
    private static final String JSON_TYPE = "application/json; charset=UTF-8";

    private final Vertx vertx;
    private final Planner planner;
    private final RequestRecord record;
    private final LongAdder abandoned = new LongAdder();

    Desk(Vertx vertx, SandboxOptions options) {
        this.vertx = vertx;
        this.planner = new Planner(options);
        this.record = new RequestRecord(options.requestsMax());
    }

    void script(Script script) {
        planner.script(script);
    }

    List<SandboxRequest> requests() {
        return record.list();
    }

    long abandonedAnswers() {
        return abandoned.sum();
    }

    void handle(HttpServerRequest request) {
        readBody(request, body -> {
            if (path(request).equals("/sandbox/script") && request.method().equals(HttpMethod.POST)) {
                replaceScript(request, body);
            } else {
                serve(request, body);
            }
        });
    }

    private static void readBody(HttpServerRequest request, Consumer<Buffer> then) {
        if (declaredBytes(request) > BODY_BYTES_MAX) {
            // Read to its end and dropped: a client that is still writing would see a reset instead of the reason.
            request.endHandler(end -> refuse(request.response(), TOO_LARGE));
            return;
        }
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() <= BODY_BYTES_MAX) {
                body.appendBuffer(part);
            } else if (!request.response().ended()) {
                request.response().putHeader("connection", "close");
                refuse(request.response(), TOO_LARGE);
            }
        });
        request.endHandler(end -> {
            if (!request.response().ended()) {
                then.accept(body);
            }
        });
    }

    /** -1 where the length is not known beforehand; the server has refused one that is no number. */
    private static long declaredBytes(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        return length == null ? -1 : Long.parseLong(length);
    }

    private void replaceScript(HttpServerRequest request, Buffer body) {
        try {
            Script script = Script.parse(body.toString(StandardCharsets.UTF_8));
            planner.script(script);
            send(
                    request.response(),
                    200,
                    Json.object().put("entries", script.entries().size()));
        } catch (IllegalArgumentException e) {
            refuse(request.response(), GoogleError.invalid(String.valueOf(e.getMessage())));
        }
    }

    private void serve(HttpServerRequest request, Buffer body) {
        Future<List<Step>> steps = body.length() <= INLINE_BYTES_MAX
                ? Future.future(promise -> promise.complete(plan(request, body)))
                : vertx.executeBlocking(() -> plan(request, body), false);
        steps.onSuccess(planned -> new Playback(vertx, request.response(), form(request), planned, abandoned).start())
                .onFailure(failure -> refuse(request.response(), form(request), failure));
    }

    /** Off the event loop for large bodies: it only reads what cannot change any more. */
    private List<Step> plan(HttpServerRequest request, Buffer body) {
        byte[] bytes = body.getBytes();
        JsonNode json;
        try {
            json = bytes.length == 0 ? MissingNode.getInstance() : Planner.parse(bytes);
        } catch (GoogleError.Refusal e) {
            keep(request, MissingNode.getInstance(), 0);
            checkKey(request);
            throw e;
        }
        keep(request, json, bytes.length);
        checkKey(request);
        Target target = target(request);
        if (request.method().equals(HttpMethod.GET)) {
            return List.of(new Step.Event(describe(target)));
        }
        return planner.plan(target, json);
    }

    private void keep(HttpServerRequest request, JsonNode json, int bytes) {
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        boolean small = bytes <= RECORDED_BYTES_MAX;
        record.add(
                new SandboxRequest(
                        request.method().name(), request.uri(), headers, small ? json : MissingNode.getInstance()),
                small ? bytes : 0);
    }

    /** Only the header counts: a key in the query would end up in logs. */
    private static void checkKey(HttpServerRequest request) {
        String key = request.getHeader("x-goog-api-key");
        if (key == null || key.isBlank()) {
            throw GoogleError.unregistered().asRefusal();
        }
        if (key.startsWith("invalid")) {
            throw GoogleError.keyInvalid().asRefusal();
        }
    }

    /** Null where the request line holds no path, as for CONNECT. */
    private static String path(HttpServerRequest request) {
        return String.valueOf(request.path());
    }

    private static Target target(HttpServerRequest request) {
        Target target =
                Target.of(path(request)).orElseThrow(() -> GoogleError.of(404).asRefusal());
        boolean get = request.method().equals(HttpMethod.GET) && target.method().isEmpty();
        boolean post = request.method().equals(HttpMethod.POST) && (target.generates() || target.counts());
        if (!get && !post) {
            throw GoogleError.of(404).asRefusal();
        }
        return target;
    }

    private static ObjectNode describe(Target target) {
        return target.model().isEmpty()
                ? SandboxModel.list()
                : target.knownModel().describe();
    }

    private static Playback.Form form(HttpServerRequest request) {
        if (!path(request).endsWith(":streamGenerateContent")) {
            return Playback.Form.WHOLE;
        }
        return "sse".equals(request.getParam("alt")) ? Playback.Form.EVENTS : Playback.Form.ARRAY;
    }

    private static void refuse(HttpServerResponse response, Playback.Form form, Throwable failure) {
        GoogleError error;
        if (failure instanceof GoogleError.Refusal refusal) {
            error = refusal.error();
        } else {
            LOG.warn("a request to the sandbox failed", failure);
            error = GoogleError.of(500);
        }
        // Without alt=sse even a refusal comes in an array (wire.md 1.1).
        JsonNode body = form == Playback.Form.ARRAY ? Json.array().add(error.body()) : error.body();
        send(response, error.code(), body);
    }

    private static void refuse(HttpServerResponse response, GoogleError error) {
        refuse(response, Playback.Form.WHOLE, error.asRefusal());
    }

    private static void send(HttpServerResponse response, int status, JsonNode body) {
        if (!response.closed() && !response.ended()) {
            response.setStatusCode(status).putHeader("content-type", JSON_TYPE).end(Json.pretty(body) + "\n");
        }
    }
}
