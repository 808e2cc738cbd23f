package dev.tollgate.sandbox;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The sandbox's own paths: {@code GET /sandbox} tells what can be set, {@code POST /sandbox/script} replaces the script, {@code
 * GET /sandbox/requests} lists what was asked and {@code DELETE} forgets it. No key is needed; a browser's page may not use them.
 */
final class ControlDesk {

    private static final Set<String> SECRETS = Set.of("x-goog-api-key", "authorization", "cookie");

    private final Planner planner;
    private final RequestRecord record;

    ControlDesk(Planner planner, RequestRecord record) {
        this.planner = planner;
        this.record = record;
    }

    static boolean isFor(String path) {
        return path.equals("/sandbox") || path.startsWith("/sandbox/");
    }

    void answer(HttpServerRequest request, Buffer body) {
        String asked = request.method() + " " + request.path();
        // A page of any site could be open in a browser on this machine.
        if (request.getHeader("origin") != null) {
            Refusals.answer(
                    request.response(),
                    GoogleError.forbidden("The sandbox is not set from web pages.")
                            .asRefusal());
        } else if (asked.equals("POST /sandbox/script")) {
            replaceScript(request, body);
        } else if (asked.equals("GET /sandbox")) {
            ObjectNode told = Json.object();
            told.set("knobs", Knob.describe());
            Refusals.send(request.response(), 200, told);
        } else if (asked.equals("GET /sandbox/requests")) {
            Refusals.send(request.response(), 200, requests());
        } else if (request.method().equals(HttpMethod.DELETE) && asked.endsWith(" /sandbox/requests")) {
            record.clear();
            Refusals.send(request.response(), 200, Json.object());
        } else {
            Refusals.answer(request.response(), GoogleError.of(404).asRefusal());
        }
    }

    private void replaceScript(HttpServerRequest request, Buffer body) {
        try {
            Script script = Script.parse(body.toString(StandardCharsets.UTF_8));
            planner.script(script);
            Refusals.send(
                    request.response(),
                    200,
                    Json.object().put("entries", script.entries().size()));
        } catch (IllegalArgumentException e) {
            Refusals.answer(
                    request.response(),
                    GoogleError.invalid(String.valueOf(e.getMessage())).asRefusal());
        }
    }

    /** Without what would let somebody else call. */
    private ArrayNode requests() {
        ArrayNode list = Json.array();
        for (SandboxRequest request : record.list()) {
            ObjectNode entry = list.addObject().put("method", request.method()).put("path", request.path());
            ObjectNode headers = entry.putObject("headers");
            request.headers().entrySet().stream()
                    .filter(header -> !SECRETS.contains(header.getKey()))
                    .sorted(java.util.Map.Entry.comparingByKey())
                    .forEach(header -> headers.put(header.getKey(), header.getValue()));
            if (!request.body().isMissingNode()) {
                entry.set("body", request.body());
            }
        }
        return list;
    }
}
