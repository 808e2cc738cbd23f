package dev.tollgate.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Gemini that calls {@code next_step} so many times in one turn, two at once in each fifth step, and is as strict about thought
 * signatures as can be: each signature is good once, for the very call that it was made for, in the place where it was made, by its own
 * model and project. Models named {@code gemini-3…} demand them. It outlives restarts of the gateway.
 */
public final class SigningUpstream implements AutoCloseable {

    public static final String DUMMY = "skip_thought_signature_validator";

    /** Which ids the calls have. */
    public enum Ids {
        UNIQUE,
        NONE,
        /** The function's name, as local servers do. */
        SAME
    }

    private record Issued(String model, String project, JsonNode part, int place) {}

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Issued> issued = new HashMap<>();
    private final List<JsonNode> asked = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private int steps = 20;
    private Ids ids = Ids.UNIQUE;
    private String project = "one";
    private boolean apart;
    private boolean refusing;
    private int dummies;

    public SigningUpstream() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Forgets what it was asked, but not what it has signed. */
    public synchronized SigningUpstream fresh(int steps, Ids ids) {
        this.steps = steps;
        this.ids = ids;
        this.project = "one";
        this.apart = false;
        this.refusing = false;
        this.dummies = 0;
        asked.clear();
        refusals.clear();
        return this;
    }

    /** Signatures of other projects are not good here. */
    public synchronized void moveTo(String other) {
        project = other;
    }

    /** The signature of a call comes in a chunk of its own, behind the call. */
    public synchronized void signApart() {
        apart = true;
    }

    /** Blames the signatures whatever they are. */
    public synchronized void refuseAll() {
        refusing = true;
    }

    /** How many dummies it was sent. */
    public synchronized int dummies() {
        return dummies;
    }

    public synchronized List<JsonNode> asked() {
        return List.copyOf(asked);
    }

    public synchronized List<String> refusals() {
        return List.copyOf(refusals);
    }

    // ---- one request ----

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
            String path = exchange.getRequestURI().getPath();
            String model = path.substring(path.lastIndexOf('/') + 1, path.lastIndexOf(':'));
            String answer;
            int status = 200;
            try {
                answer = path.endsWith(":countTokens") ? "{\"totalTokens\":10}" : answer(model, body);
            } catch (Refusal refusal) {
                status = 400;
                answer = refusal.body();
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", status == 200 ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private synchronized String answer(String model, JsonNode body) {
        asked.add(body);
        if (refusing) {
            throw refuse("Thought signature is not valid");
        }
        List<JsonNode> contents = body.get("contents").valueStream().toList();
        int from = currentTurn(contents);
        int step = 0;
        for (int i = 0; i < contents.size(); i++) {
            if ("model".equals(contents.get(i).path("role").asString())) {
                int calls = checkModelTurn(model, contents.get(i), i >= from);
                if (calls > 0) {
                    checkResults(contents, i);
                    step += i >= from ? 1 : 0;
                }
            }
        }
        return step < steps && body.has("tools") ? calling(model, step) : saying(model, step);
    }

    private static int currentTurn(List<JsonNode> contents) {
        int from = contents.size();
        while (from > 0 && !isUsers(contents.get(from - 1))) {
            from--;
        }
        return from;
    }

    private static boolean isUsers(JsonNode content) {
        return "user".equals(content.path("role").asString())
                && content.get("parts").valueStream().noneMatch(part -> part.has("functionResponse"));
    }

    private int checkModelTurn(String model, JsonNode content, boolean current) {
        int calls = 0;
        for (JsonNode part : content.get("parts")) {
            String signature = part.path("thoughtSignature").asString("");
            boolean isCall = part.has("functionCall");
            if (isCall && calls == 0 && current && signature.isEmpty() && model.startsWith("gemini-3")) {
                throw refuse("Function call is missing a thought_signature in functionCall parts.");
            }
            if (!signature.isEmpty()) {
                checkSignature(model, part, signature, isCall ? calls : -1);
            }
            calls += isCall ? 1 : 0;
        }
        return calls;
    }

    private void checkSignature(String model, JsonNode part, String signature, int place) {
        if (signature.equals(DUMMY)) {
            dummies++;
            if (place != 0) {
                throw refuse("A dummy that is not on the first call.");
            }
            return;
        }
        Issued made = issued.get(signature);
        if (made == null || !made.model().equals(model) || !made.project().equals(project)) {
            throw refuse("Corrupted thought signature.");
        }
        ObjectNode bare = (ObjectNode) part.deepCopy();
        bare.remove("thoughtSignature");
        if (!made.part().equals(bare) || made.place() != place) {
            throw refuse("Invalid thought signature: not of this part: " + bare + " for " + made);
        }
    }

    private void checkResults(List<JsonNode> contents, int calling) {
        List<String> called = idsOf(contents.get(calling), "functionCall");
        List<String> answered =
                calling + 1 < contents.size() ? idsOf(contents.get(calling + 1), "functionResponse") : List.of();
        if (!called.equals(answered)) {
            throw refuse("Results " + answered + " do not answer calls " + called);
        }
    }

    private static List<String> idsOf(JsonNode content, String kind) {
        return content.get("parts")
                .valueStream()
                .filter(part -> part.has(kind))
                .map(part -> part.get(kind).path("name").asString() + "/"
                        + part.get(kind).path("id").asString("-"))
                .toList();
    }

    private Refusal refuse(String why) {
        refusals.add(why);
        return new Refusal(why);
    }

    private static final class Refusal extends RuntimeException {
        private Refusal(String why) {
            super(why);
        }

        private String body() {
            ObjectNode error = JSON.createObjectNode();
            error.putObject("error")
                    .put("code", 400)
                    .put("message", getMessage())
                    .put("status", "INVALID_ARGUMENT");
            return error.toString();
        }
    }

    // ---- its answers ----

    private String calling(String model, int step) {
        int calls = step % 5 == 4 ? 2 : 1;
        List<ObjectNode> parts = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            ObjectNode part = JSON.createObjectNode();
            ObjectNode call = part.putObject("functionCall");
            if (ids != Ids.NONE) {
                call.put("id", ids == Ids.SAME ? (i == 0 ? "next_step" : "other") : "up" + issued.size() + "x" + i);
            }
            call.put("name", "next_step");
            call.putObject("args").put("step", step).put("note", "Zürich").put("share", 0.5);
            parts.add(part);
        }
        String signature = sign(model, parts.getFirst(), 0);
        if (apart) {
            parts.add(JSON.createObjectNode().put("text", "").put("thoughtSignature", signature));
        } else {
            parts.getFirst().put("thoughtSignature", signature);
        }
        StringBuilder events = new StringBuilder();
        parts.forEach(part -> events.append(event(part, null)));
        return events + event(JSON.createObjectNode().put("text", ""), "STOP");
    }

    private String saying(String model, int step) {
        String text = "Done after " + step + " steps.";
        ObjectNode whole = JSON.createObjectNode().put("text", text);
        ObjectNode last = JSON.createObjectNode().put("text", "").put("thoughtSignature", sign(model, whole, -1));
        return event(JSON.createObjectNode().put("text", text.substring(0, 5)), null)
                + event(JSON.createObjectNode().put("text", text.substring(5)), null)
                + event(last, "STOP");
    }

    private String sign(String model, ObjectNode part, int place) {
        byte[] text = ("signature " + issued.size() + " of " + model + " in " + project + " ~~~???>>>")
                .getBytes(StandardCharsets.UTF_8);
        String signature = Base64.getEncoder().encodeToString(text);
        issued.put(signature, new Issued(model, project, part.deepCopy(), place));
        return signature;
    }

    private static String event(ObjectNode part, String finish) {
        ObjectNode event = JSON.createObjectNode();
        ObjectNode candidate = event.putArray("candidates").addObject();
        ArrayNode parts = candidate.putObject("content").put("role", "model").putArray("parts");
        parts.add(part);
        if (finish != null) {
            candidate.put("finishReason", finish);
        }
        event.putObject("usageMetadata")
                .put("promptTokenCount", 10)
                .put("candidatesTokenCount", 5)
                .put("totalTokenCount", 15);
        return "data: " + event + "\r\n\r\n";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
