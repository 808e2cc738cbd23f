package dev.tollgate.sandbox;

import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.Replies;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The sandbox's own paths: {@code GET /sandbox} tells what can be set, {@code POST /sandbox/script} replaces the script, {@code
 * GET /sandbox/requests} lists what was asked and {@code DELETE} forgets it. No key is needed; a browser's page may not use them,
 * nor one whose name was made to lead here after it was loaded (DNS rebinding).
 */
record ControlDesk(Planner planner, RequestRecord record, String host) {

    private static final Set<String> SECRETS = Set.of("x-goog-api-key", "x-api-key", "authorization", "cookie");

    /** Host names that cannot be registered, so that only the operator can point them to this machine. */
    private static final Pattern LOCAL = Pattern.compile(
            "(?:[^.:]+|\\[[0-9a-f:.%]+]|[0-9.]+|.*\\.(?:localhost|internal|local|test))\\.?(?::\\d{1,5})?",
            Pattern.CASE_INSENSITIVE);

    static boolean isFor(String path) {
        return path.equals("/sandbox") || path.startsWith("/sandbox/");
    }

    void answer(HttpServerRequest request, Buffer body) {
        String asked = request.method() + " " + request.path();
        // A page of any site could be open in a browser on this machine.
        if (request.getHeader("origin") != null || !isLocal(String.valueOf(request.getHeader("host")))) {
            Replies.answer(
                    request.response(),
                    GoogleError.forbidden("The sandbox is not set from web pages.")
                            .asRefusal());
        } else if (asked.equals("POST /sandbox/script")) {
            replaceScript(request, body);
        } else if (asked.equals("GET /sandbox")) {
            ObjectNode told = JsonTrees.object();
            told.set("knobs", Knob.describe());
            Replies.send(request.response(), 200, told);
        } else if (asked.equals("GET /sandbox/requests")) {
            Replies.send(request.response(), 200, requests());
        } else if (request.method().equals(HttpMethod.DELETE) && asked.endsWith(" /sandbox/requests")) {
            record.clear();
            Replies.send(request.response(), 200, JsonTrees.object());
        } else {
            Replies.answer(request.response(), GoogleError.of(404).asRefusal());
        }
    }

    private boolean isLocal(String asked) {
        return LOCAL.matcher(asked).matches()
                || asked.replaceFirst(":\\d{1,5}$", "").equalsIgnoreCase(host);
    }

    private void replaceScript(HttpServerRequest request, Buffer body) {
        try {
            Script script = Script.parse(body.toString(StandardCharsets.UTF_8));
            planner.script(script);
            Replies.send(
                    request.response(),
                    200,
                    JsonTrees.object().put("entries", script.entries().size()));
        } catch (IllegalArgumentException e) {
            Replies.answer(
                    request.response(),
                    GoogleError.invalid(String.valueOf(e.getMessage())).asRefusal());
        }
    }

    /** Returns the recorded requests without their keys. */
    private ArrayNode requests() {
        ArrayNode list = JsonTrees.array();
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
