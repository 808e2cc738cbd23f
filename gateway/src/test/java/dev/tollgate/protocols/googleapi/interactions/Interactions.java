package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What the tests of this door have in common: bodies in single quotes, and the rules of a stream. */
final class Interactions {

    static final String PATH = "/v1beta/interactions";
    static final String MODEL = "gemini-3.8-flash";

    private Interactions() {}

    static String json(String text) {
        return text.replace('\'', '"');
    }

    static Reply ask(CallServer gateway, Customer customer, String members) {
        return gateway.post(
                PATH,
                json(members.contains("'model'") ? "{" + members + "}" : "{'model':'" + MODEL + "'," + members + "}"),
                customer.key());
    }

    /** Asks and returns the interaction. */
    static JsonNode made(CallServer gateway, Customer customer, String members) {
        Reply reply = ask(gateway, customer, members);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    /** A stream, checked by the order of its events (Y45): its steps put together, and what its last event says. */
    record Streamed(List<String> steps, JsonNode last, int deltas) {

        static Streamed of(Reply reply) {
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.header("content-type")).startsWith("text/event-stream");
            List<String> steps = new ArrayList<>();
            StringBuilder step = null;
            String type = "";
            int deltas = 0;
            JsonNode last = null;
            for (JsonNode event : reply.chunks()) {
                String name = event.get("event_type").asString();
                assertThat(last).as("an event behind the last one: " + event).isNull();
                switch (name) {
                    case "interaction.created" -> {
                        assertThat(event.at("/interaction/status").asString()).isEqualTo("in_progress");
                        assertThat(steps).isEmpty();
                    }
                    case "step.start" -> {
                        assertThat((Object) step).as("two steps are open").isNull();
                        assertThat(event.get("index").asInt()).isEqualTo(steps.size());
                        type = event.at("/step/type").asString();
                        step = new StringBuilder(head(event.get("step")));
                    }
                    case "step.delta" -> {
                        assertThat((Object) step).as("no step is open").isNotNull();
                        assertThat(event.get("index").asInt()).isEqualTo(steps.size());
                        deltas++;
                        step.append(delta(type, event.get("delta")));
                    }
                    case "step.stop" -> {
                        assertThat(event.get("index").asInt()).isEqualTo(steps.size());
                        steps.add(String.valueOf(step));
                        step = null;
                    }
                    case "interaction.completed", "error" -> last = event;
                    default -> throw new AssertionError("unknown event " + event);
                }
            }
            assertThat(reply.text())
                    .startsWith("event: interaction.created\n")
                    .endsWith("event: done\ndata: [DONE]\n\n");
            assertThat(last).isNotNull();
            return new Streamed(steps, last, deltas);
        }

        private static String delta(String step, JsonNode delta) {
            String type = delta.get("type").asString();
            String allowed =
                    switch (type) {
                        case "text", "image", "audio", "video", "document", "text_annotation_delta" -> "model_output";
                        case "thought_summary", "thought_signature" -> "thought";
                        case "arguments_delta" -> "function_call";
                        default -> throw new AssertionError("unknown delta " + delta);
                    };
            assertThat(step).isEqualTo(allowed);
            return switch (type) {
                case "text" -> delta.get("text").asString();
                case "thought_summary" -> delta.at("/content/text").asString();
                case "thought_signature" -> "[" + delta.get("signature").asString() + "]";
                case "arguments_delta" -> delta.get("arguments").asString();
                case "text_annotation_delta" -> delta.get("annotations").toString();
                default ->
                    "<" + delta.get("mime_type").asString() + " "
                            + delta.path("data").asString("") + ">";
            };
        }
    }

    /** Returns the steps of an interaction in the words of {@link Streamed}. */
    static List<String> steps(JsonNode interaction) {
        List<String> all = new ArrayList<>();
        for (JsonNode step : interaction.get("steps")) {
            StringBuilder said = new StringBuilder(head(step));
            step.path("summary")
                    .forEach(summary -> said.append(summary.get("text").asString()));
            if (step.path("signature").isString()) {
                said.append('[').append(step.get("signature").asString()).append(']');
            }
            for (JsonNode content : step.path("content")) {
                said.append(
                        content.get("type").asString().equals("text")
                                ? content.get("text").asString()
                                        + content.path("annotations").toString().replace("null", "")
                                : "<" + content.get("mime_type").asString() + " "
                                        + content.path("data").asString("") + ">");
            }
            all.add(said.toString());
        }
        return all;
    }

    /** What a step says besides its content; the arguments of a function's call follow in a stream. */
    private static String head(JsonNode step) {
        String type = step.get("type").asString();
        JsonNode arguments = step.path("arguments");
        JsonNode its = arguments.has("queries") ? arguments.get("queries") : arguments;
        JsonNode result = step.path("result").isArray() ? step.at("/result/0/search_suggestions") : step.path("result");
        return type + ":" + step.path("name").asString("") + (its.isEmpty() ? "" : its.toString())
                + result.asString("");
    }
}
