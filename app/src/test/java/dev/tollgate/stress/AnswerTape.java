package dev.tollgate.stress;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.Json;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Bytes that decide an answer, one each time; zeros follow the last one. Confined to its answer. */
final class AnswerTape {

    private static final List<String> TEXTS = List.of(
            "Hello",
            " world.",
            "",
            "{\"a\":",
            "\"b\"}",
            "\n",
            "\"\\/\u0000\u0001\t",
            "\u00e9\u4f60\ud83d\ude00",
            "**Heading**\n",
            "\ud83d",
            "\u2028</script>",
            "long words of a text ".repeat(40),
            "{\"a\":\"b\"}",
            "very long \u00e9 ".repeat(1500));
    private static final List<String> CALL_IDS =
            List.of("c1", "c2", "c3", "", "call_abcdefghijklmnopqrstuvwx", "toolu_a", "a b", "\u00e9", "x".repeat(65));
    private static final List<String> NAMES = List.of("f", "g", "n__f", "n__g", "h");
    private static final List<String> ARGUMENTS = List.of(
            "{}", "{\"a\":1}", "{\"input\":\"x\\n\"}", "{\"input\":1}", "{\"a\":\"\\u00e9\",\"b\":[1.50,null]}");
    private static final String TOKENS =
            "[{\"token\":\"Hi\",\"logprob\":-0.5,\"bytes\":[72,105],\"top_logprobs\":[{\"token\":\"Hi\",\"logprob\":-0.5,\"bytes\":null}]}]";

    private final byte[] tape;
    private int at;
    private int candidates = 1;

    AnswerTape(byte[] tape) {
        this.tape = tape;
    }

    /** Returns a number from 0. */
    int next(int below) {
        int high = below > 256 ? read() << 8 : 0;
        return (high | read()) % below;
    }

    /** Returns true once in so many times; false behind the end. */
    boolean chance(int once) {
        return next(once) == once - 1;
    }

    private int read() {
        return at < tape.length ? tape[at++] & 0xff : 0;
    }

    /** Has the answer end so many candidates. */
    void candidates(int all) {
        candidates = all;
    }

    private <T> T of(List<T> all) {
        return all.get(next(all.size()));
    }

    private @Nullable String signature() {
        return next(4) == 0 ? "c2ln" + next(3) : null;
    }

    ServiceTier tier() {
        return of(List.of(ServiceTier.STANDARD, ServiceTier.FLEX, ServiceTier.PRIORITY));
    }

    Usage usage() {
        long prompt = next(3000);
        long cached = next(4) == 0 ? prompt / 2 : 0;
        return new Usage(ServiceTier.STANDARD, prompt, next(5), next(3000), next(2000), cached, 0, 0, 0, 3, next(3))
                .at(tier());
    }

    /** Returns so many events, or more where they end with a chunk in the upstream's own format. */
    List<UpstreamEvent> events(String door, boolean isFirst, int count) {
        List<UpstreamEvent> events = new ArrayList<>();
        if (isFirst && next(6) > 0) {
            events.add(started());
        }
        for (int i = 0; i < count; i++) {
            events.add(event(door, next(candidates)));
        }
        return chunked(door, events);
    }

    private UpstreamEvent.Started started() {
        return new UpstreamEvent.Started(
                next(3) == 0 ? null : "up-model", of(List.of("resp-1", "r 2", "\u00e9", "abc/d=")));
    }

    /** Returns the end of all candidates. */
    List<UpstreamEvent> finish(String door) {
        List<UpstreamEvent> events = new ArrayList<>();
        for (int candidate = 0; candidate < candidates; candidate++) {
            if (next(5) == 0) {
                events.add(grounding(candidate));
            }
            events.add(new UpstreamEvent.Finish(
                    candidate,
                    of(List.of(FinishReason.values())),
                    of(List.of("STOP", "MAX_TOKENS", "SAFETY", "CREDITS_EXHAUSTED"))));
            if (next(20) == 0) {
                events.add(new UpstreamEvent.Text(candidate, of(TEXTS), null));
            }
        }
        return chunked(door, events);
    }

    private UpstreamEvent event(String door, int candidate) {
        return switch (next(20)) {
            case 0, 1, 2, 3, 4, 5, 6 -> new UpstreamEvent.Text(candidate, of(TEXTS), signature());
            case 7, 8, 9 -> new UpstreamEvent.Thought(candidate, of(TEXTS), signature());
            case 10, 11 ->
                new UpstreamEvent.ToolCall(
                        candidate, next(3) == 0 ? null : of(CALL_IDS), of(NAMES), of(ARGUMENTS), signature());
            case 12 -> new UpstreamEvent.ServerTool(candidate, "{\"executableCode\":{\"code\":\"1+1\"}}");
            case 13 -> grounding(candidate);
            case 14 -> new UpstreamEvent.Logprobs(candidate, Json.MAPPER.readTree(TOKENS));
            case 15 -> made(door, candidate);
            case 16 -> usage(next(3000), next(300), next(300), next(4000), next(3000));
            case 17 -> UpstreamEvent.Unreported.FROM_HERE;
            case 18 -> new UpstreamEvent.TierGranted(tier());
            default ->
                next(3) == 0
                        ? new UpstreamEvent.Finish(candidate, FinishReason.STOP, "STOP")
                        : new UpstreamEvent.Searched(next(3));
        };
    }

    /** Files that a model makes had no form at two doors before 26 November 2026. */
    private UpstreamEvent made(String door, int candidate) {
        if (door.equals("messages") || door.equals("responses")) {
            return new UpstreamEvent.Cost(next(9));
        }
        return next(2) == 0
                ? new UpstreamEvent.Media(candidate, "image/png", "QUJD", false, signature())
                : new UpstreamEvent.Media(candidate, "video/mp4", "https://a.example/v.mp4", true, signature());
    }

    private static UpstreamEvent usage(long prompt, long output, long thoughts, long cached, long total) {
        return new UpstreamEvent.Usage(
                total,
                UpstreamEvent.Modalities.NONE,
                UpstreamEvent.Modalities.NONE,
                prompt,
                0,
                output,
                thoughts,
                cached);
    }

    private UpstreamEvent.Grounding grounding(int candidate) {
        List<UpstreamEvent.Citation> citations = new ArrayList<>();
        for (int i = next(4); i > 0; i--) {
            int start = next(20);
            citations.add(UpstreamEvent.Citation.of(
                    start, start + next(20), "https://a.example/" + next(3), of(List.of("", "Title \"x\"", "\u00e9"))));
        }
        return new UpstreamEvent.Grounding(
                candidate,
                citations,
                next(2) == 0 ? null : "<b>search</b>",
                next(2) == 0 ? null : Json.MAPPER.readTree("{\"webSearchQueries\":[\"q 1\",\"q\\u00e9\",3]}"));
    }

    // ---- chunks in Gemini's own format ----

    private List<UpstreamEvent> chunked(String door, List<UpstreamEvent> events) {
        if (door.equals("generate") && next(10) > 0) {
            ObjectNode chunk = Json.MAPPER.createObjectNode();
            ArrayNode pieces = chunk.putArray("candidates");
            for (int candidate = 0; candidate < candidates; candidate++) {
                ObjectNode piece = piece(events, candidate);
                if (piece != null) {
                    pieces.add(piece);
                }
            }
            if (next(30) == 0) {
                chunk.putObject("promptFeedback").put("blockReason", "OTHER");
            }
            events.add(new UpstreamEvent.Raw(chunk, 100));
        }
        return events;
    }

    private @Nullable ObjectNode piece(List<UpstreamEvent> events, int candidate) {
        ObjectNode piece = Json.MAPPER.createObjectNode();
        ArrayNode parts = piece.putObject("content").put("role", "model").putArray("parts");
        boolean isEmpty = true;
        for (UpstreamEvent event : events) {
            switch (event) {
                case UpstreamEvent.Text it
                when it.candidate() == candidate -> signed(parts.addObject().put("text", it.text()), it.signature());
                case UpstreamEvent.Thought it
                when it.candidate() == candidate ->
                    signed(parts.addObject().put("text", it.text()).put("thought", true), it.signature());
                case UpstreamEvent.ToolCall it
                when it.candidate() == candidate -> {
                    ObjectNode part = parts.addObject();
                    ObjectNode call = part.putObject("functionCall").put("name", it.name());
                    if (it.upstreamId() != null) {
                        call.put("id", it.upstreamId());
                    }
                    call.set("args", Json.MAPPER.readTree(it.arguments()));
                    signed(part, it.signature());
                }
                case UpstreamEvent.Finish it
                when it.candidate() == candidate -> {
                    piece.put("finishReason", it.nativeReason());
                    isEmpty = false;
                }
                case UpstreamEvent.Grounding it
                when it.candidate() == candidate && it.metadata() != null -> {
                    piece.set("groundingMetadata", it.metadata());
                    isEmpty = false;
                }
                default -> {}
            }
        }
        return isEmpty && parts.isEmpty() ? null : piece.put("index", candidate);
    }

    private static void signed(ObjectNode part, @Nullable String signature) {
        if (signature != null) {
            part.put("thoughtSignature", signature);
        }
    }
}
