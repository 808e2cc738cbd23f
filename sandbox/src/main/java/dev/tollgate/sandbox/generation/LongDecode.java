package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.ContinuationTokens;
import dev.tollgate.sandbox.requests.ContinuationTokens.Place;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A hop of a response that comes in several (protocol 2.5). Its prompt contains what earlier hops have generated, and the request's maximum counts
 * over all hops. For one answer.
 */
final class LongDecode {

    private static final String USAGE = "usageMetadata";
    private static final String PROMPT = "promptTokenCount";
    private static final String VISIBLE = "candidatesTokenCount";
    private static final String THOUGHTS = "thoughtsTokenCount";
    private static final String REASON = "finishReason";
    private static final String TOKEN = "continuationToken";

    private final GoogleRequest ask;
    private final KnobSettings knobs;
    private final ContinuationTokens tokens;
    private final Place from;

    /** The events of the whole response before this hop's. */
    private int base;

    /** Refuses a token that was not given for this request. */
    LongDecode(GoogleRequest ask, KnobSettings knobs, ContinuationTokens tokens) {
        this.ask = ask;
        this.knobs = knobs;
        this.tokens = tokens;
        this.from = tokens.place(ask);
    }

    /** Returns the request of the first hop. */
    GoogleRequest first() {
        return ContinuationTokens.first(ask);
    }

    /** Returns its number, from 1. */
    int number() {
        return from.hops() + 1;
    }

    /** Returns the number behind the colon of a knob {@code K:N} for this hop; -1 without one. */
    int here(Knob knob) {
        String[] values = knobs.text(knob).split(":", 2);
        return values.length == 2 && values[0].equals(String.valueOf(number())) ? Integer.parseInt(values[1]) : -1;
    }

    /** Returns the events that earlier hops have not sent; at least the last one. @param all of the whole response */
    List<Supplier<ObjectNode>> rest(List<Supplier<ObjectNode>> all) {
        base = Math.min(from.events(), all.size() - 1);
        if (from.hops() == 0) {
            return all;
        }
        long before = bytes(all.subList(0, base));
        List<Supplier<ObjectNode>> rest = new ArrayList<>(all.subList(base, all.size()));
        if (from.bytes() > before && rest.size() > 1) {
            String left = behind(text(rest.getFirst().get()), from.bytes() - before);
            if (left.isEmpty()) {
                rest.removeFirst();
                base++;
            } else {
                Supplier<ObjectNode> cut = rest.getFirst();
                rest.set(0, () -> withText(cut.get(), left));
            }
        }
        rest.replaceAll(event -> () -> moved(event.get()));
        return rest;
    }

    /** Ends a hop at its most tokens, and adds tokens for the rest. */
    List<Supplier<ObjectNode>> cut(List<Supplier<ObjectNode>> events) {
        if (!ask.model().gemini4() || !ask.terms().asksLong()) {
            return events;
        }
        int usual =
                ask.terms().streams() ? ContinuationTokens.HOP_TOKENS_MAX : ContinuationTokens.UNSTREAMED_TOKENS_MAX;
        int most = knobs.number(Knob.HOP, usual);
        int last = events.size() - 1;
        int kept = last;
        if (knobs.has(Knob.HOP) || output(events.getLast()) > most) {
            kept = 0;
            while (kept < last && output(events.get(kept)) <= most) {
                kept++;
            }
            kept = kept == 0 && most > 0 ? Math.min(1, last) : kept; // more than an event is no hop
        }
        return kept == last ? whole(events) : ended(events, kept);
    }

    /** Ends a hop behind its first events. */
    List<Supplier<ObjectNode>> ended(List<Supplier<ObjectNode>> events, int kept) {
        ObjectNode last = events.getLast().get();
        last.set(
                USAGE,
                kept == 0
                        ? without(events.getFirst().get())
                        : events.get(kept - 1).get().get(USAGE));
        String token = knobs.number(Knob.HOP_SAME, 0) == number() && from.hops() > 0
                ? JsonTrees.text(ask.body(), TOKEN)
                : tokens.of(ask, place(events, kept));
        for (JsonNode each : last.path("candidates")) {
            ObjectNode candidate = (ObjectNode) each;
            candidate.remove(List.of("content", "finishMessage", "groundingMetadata"));
            candidate.put(REASON, "CONTINUATION").put(TOKEN, token);
        }
        List<Supplier<ObjectNode>> hop = checkpoints(events, kept);
        hop.add(() -> last);
        return hop;
    }

    /** Makes a hop of thoughts alone, if a knob asks for it. They are shown if the request asks for thoughts. */
    List<Supplier<ObjectNode>> thought(List<Supplier<ObjectNode>> events) {
        return knobs.number(Knob.HOP_THINK, 0) == number()
                ? events.stream()
                        .<Supplier<ObjectNode>>map(event -> () -> asThoughts(event.get()))
                        .toList()
                : events;
    }

    private ObjectNode asThoughts(ObjectNode event) {
        for (JsonNode candidate : event.path("candidates")) {
            if (ask.includeThoughts()) {
                candidate.at("/content/parts").forEach(part -> ((ObjectNode) part).put("thought", true));
            } else {
                ((ObjectNode) candidate).remove("content");
            }
        }
        if (event.path(USAGE) instanceof ObjectNode usage) {
            int tokens = usage.path(THOUGHTS).asInt(0) + usage.path(VISIBLE).asInt(0);
            usage.remove(VISIBLE);
            usage.put(THOUGHTS, tokens);
        }
        return event;
    }

    /** Returns the usage of a hop before its first event. */
    private static JsonNode without(ObjectNode first) {
        ObjectNode usage = (ObjectNode) first.get(USAGE);
        int output = usage.path(VISIBLE).asInt(0) + usage.path(THOUGHTS).asInt(0);
        usage.remove(List.of(VISIBLE, THOUGHTS));
        return usage.put("totalTokenCount", usage.path("totalTokenCount").asInt(0) - output);
    }

    /** A response that has used up its maximum has a token, too: it goes on with a higher one. */
    private List<Supplier<ObjectNode>> whole(List<Supplier<ObjectNode>> events) {
        int last = events.size() - 1;
        List<Supplier<ObjectNode>> hop = checkpoints(events, last);
        Supplier<ObjectNode> end = events.getLast();
        ObjectNode ended = end.get();
        boolean isFull =
                JsonTrees.text(ended.path("candidates").path(0), REASON).equals("MAX_TOKENS");
        if (isFull) {
            String token = tokens.of(ask, place(events, last));
            ended.path("candidates").forEach(candidate -> ((ObjectNode) candidate).put(TOKEN, token));
        }
        hop.add(isFull ? () -> ended : end);
        return hop;
    }

    private List<Supplier<ObjectNode>> checkpoints(List<Supplier<ObjectNode>> events, int kept) {
        List<Supplier<ObjectNode>> hop = new ArrayList<>(events.subList(0, kept));
        int every = knobs.number(Knob.CHECKPOINT, kept + 1);
        for (int at = every; at <= kept; at += every) {
            Supplier<ObjectNode> plain = hop.get(at - 1);
            String token = tokens.of(ask, place(events, at));
            hop.set(at - 1, () -> {
                ObjectNode event = plain.get();
                event.path("candidates").forEach(candidate -> ((ObjectNode) candidate).put(TOKEN, token));
                return event;
            });
        }
        return hop;
    }

    private Place place(List<Supplier<ObjectNode>> events, int kept) {
        long bytes = from.bytes() + bytes(events.subList(0, kept));
        boolean endsInText = kept > 0 && !text(events.get(kept - 1).get()).isEmpty();
        boolean goesOnInText = kept == 0 && from.events() < base;
        JsonNode usage =
                kept == 0 ? JsonTrees.object() : events.get(kept - 1).get().path(USAGE);
        return new Place(
                number(),
                base + kept - (endsInText || goesOnInText ? 1 : 0),
                bytes,
                from.visible() + usage.path(VISIBLE).asInt(0),
                from.thoughts() + usage.path(THOUGHTS).asInt(0));
    }

    private static long bytes(List<Supplier<ObjectNode>> events) {
        return events.stream()
                .mapToLong(event -> text(event.get()).getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    /** Returns what an event shows of the answer's text. */
    private static String text(ObjectNode event) {
        JsonNode part =
                event.path("candidates").path(0).path("content").path("parts").path(0);
        return part.path("thought").asBoolean(false) ? "" : JsonTrees.text(part, "text");
    }

    private static String behind(String text, long bytes) {
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        int at = (int) Math.min(all.length, bytes);
        return new String(all, at, all.length - at, StandardCharsets.UTF_8);
    }

    private static ObjectNode withText(ObjectNode event, String text) {
        ((ObjectNode) event.path("candidates")
                        .path(0)
                        .path("content")
                        .path("parts")
                        .path(0))
                .put("text", text);
        return event;
    }

    private static int output(Supplier<ObjectNode> event) {
        JsonNode usage = event.get().path(USAGE);
        return usage.path(VISIBLE).asInt(0) + usage.path(THOUGHTS).asInt(0);
    }

    /** Moves the tokens of earlier hops from the response to the prompt. */
    private ObjectNode moved(ObjectNode event) {
        ObjectNode usage = (ObjectNode) event.get(USAGE);
        int before = from.visible() + from.thoughts();
        int prompt = usage.path(PROMPT).asInt(0) + before;
        int left = subtract(usage, VISIBLE, from.visible()) + subtract(usage, THOUGHTS, from.thoughts());
        usage.put(PROMPT, prompt);
        usage.put(
                "totalTokenCount",
                prompt + usage.path("toolUsePromptTokenCount").asInt(0) + left);
        usage.withArray("promptTokensDetails")
                .add(JsonTrees.object().put("modality", "TEXT").put("tokenCount", before));
        if (knobs.has(Knob.HOP_CACHED)) {
            usage.put("cachedContentTokenCount", (int) ((long) prompt * knobs.number(Knob.HOP_CACHED, 0) / 100));
        }
        return event;
    }

    private static int subtract(ObjectNode usage, String name, int tokens) {
        int left = Math.max(0, usage.path(name).asInt(0) - tokens);
        if (left > 0) {
            usage.put(name, left);
        } else {
            usage.remove(name);
        }
        return left;
    }
}
