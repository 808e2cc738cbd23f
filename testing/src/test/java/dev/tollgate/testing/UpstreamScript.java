package dev.tollgate.testing;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the upstream answers, said in few words: entries in order, each with its steps. Becomes the sandbox's own script. */
public final class UpstreamScript {

    /** @param thoughts 0: not reported, as the upstream leaves zeros out */
    public record Tokens(long prompt, long candidates, long thoughts) {}

    private static final JsonMapper JSON = new JsonMapper();

    private final List<ObjectNode> entries = new ArrayList<>();
    private ArrayNode steps;

    private UpstreamScript() {
        next();
    }

    public static UpstreamScript answers() {
        return new UpstreamScript();
    }

    /** A whole answer of one event. */
    public static UpstreamScript says(String text, long prompt, long candidates) {
        return answers().text(text).finish("STOP", new Tokens(prompt, candidates, 0));
    }

    /** Begins a further entry, which answers where those before do not. */
    public UpstreamScript next() {
        ObjectNode entry = JSON.createObjectNode();
        steps = entry.putArray("respond");
        entries.add(entry);
        return this;
    }

    /** The entry answers this many calls only. */
    public UpstreamScript times(int calls) {
        entries.getLast().put("times", calls);
        return this;
    }

    /** The entry answers only where the caller's last text holds this. */
    public UpstreamScript whenAsked(String text) {
        entries.getLast().putObject("match").put("text", text);
        return this;
    }

    public UpstreamScript text(String text) {
        return event(parts(part -> part.put("text", text)), null, null);
    }

    public UpstreamScript text(String text, Tokens tokens) {
        return event(parts(part -> part.put("text", text)), null, tokens);
    }

    public UpstreamScript thought(String text, Tokens tokens) {
        return event(parts(part -> part.put("text", text).put("thought", true)), null, tokens);
    }

    public UpstreamScript call(String name, String arguments) {
        return event(
                parts(part -> part.putObject("functionCall").put("name", name).set("args", JSON.readTree(arguments))),
                null,
                null);
    }

    public UpstreamScript finish(String reason) {
        return event(null, reason, null);
    }

    public UpstreamScript finish(String reason, Tokens tokens) {
        return event(null, reason, tokens);
    }

    /** An event as it stands. */
    public UpstreamScript event(String json) {
        return step("event", JSON.readTree(json));
    }

    /** An event of these very characters, which need not be JSON. */
    public UpstreamScript raw(String characters) {
        return step("event", JSON.getNodeFactory().stringNode(characters));
    }

    public UpstreamScript delay(long millis) {
        steps.addObject().put("delay_ms", millis);
        return this;
    }

    public UpstreamScript fault(String name) {
        steps.addObject().put("fault", name);
        return this;
    }

    public UpstreamScript status(int code) {
        steps.addObject().put("status", code);
        return this;
    }

    public UpstreamScript status(int code, String json) {
        steps.addObject().put("status", code).set("body", JSON.readTree(json));
        return this;
    }

    private interface Filling {
        void fill(ObjectNode part);
    }

    private static ArrayNode parts(Filling filling) {
        ArrayNode parts = JSON.createArrayNode();
        filling.fill(parts.addObject());
        return parts;
    }

    private UpstreamScript event(ArrayNode parts, String finish, Tokens tokens) {
        ObjectNode event = JSON.createObjectNode();
        ObjectNode candidate = event.putArray("candidates").addObject();
        ObjectNode content = candidate.putObject("content").put("role", "model");
        if (parts != null) {
            content.set("parts", parts);
        }
        if (finish != null) {
            candidate.put("finishReason", finish);
        }
        if (tokens != null) {
            usage(event.putObject("usageMetadata"), tokens);
        }
        event.put("modelVersion", "as-scripted").put("responseId", "r1");
        return step("event", event);
    }

    private static void usage(ObjectNode usage, Tokens tokens) {
        usage.put("promptTokenCount", tokens.prompt()).put("candidatesTokenCount", tokens.candidates());
        if (tokens.thoughts() > 0) {
            usage.put("thoughtsTokenCount", tokens.thoughts());
        }
        usage.put("totalTokenCount", tokens.prompt() + tokens.candidates() + tokens.thoughts());
    }

    private UpstreamScript step(String name, JsonNode value) {
        steps.addObject().set(name, value);
        return this;
    }

    @Override
    public String toString() {
        return JSON.writeValueAsString(entries);
    }
}
