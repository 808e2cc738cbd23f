package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.generation.Generator.Chunk;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.requests.ThoughtSignatures;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cuts one candidate into chunks: thoughts first, then text and images or calls, the finish reason in a chunk of its own. Thoughts
 * count against the maximum: what they leave is room for the text, and where they leave none there is no content at all.
 * Used once, by one thread.
 */
final class CandidateChunks {

    private static final int PIECE_CHARACTERS_MIN = 16;
    private static final int PIECE_CHARACTERS_MAX = 48;

    /** The length from which pieces are twice as long, then three times: a text has at most some 1,000 pieces. */
    private static final int LONG_TEXT_CHARACTERS = 16_000;

    private final GoogleRequest ask;
    private final DraftAnswer draft;
    private final ThoughtSignatures signatures;
    private final RandomGenerator random;
    private final int printedIndex;
    private final int thoughtTokens;
    private final int roomTokens;
    private final List<Chunk> chunks = new ArrayList<>();
    private int imageTokens;
    private int codeTokens;

    CandidateChunks(
            GoogleRequest ask, DraftAnswer draft, int index, ThoughtSignatures signatures, RandomGenerator random) {
        this.ask = ask;
        this.draft = draft;
        this.signatures = signatures;
        this.random = random;
        boolean omitted = ask.terms().knobs().has(Knob.NO_INDEX) || ask.terms().vertex() && index == 0;
        this.printedIndex = omitted ? -1 : index;
        this.thoughtTokens = Math.min(Thinking.tokens(ask), ask.maxOutputTokens());
        this.roomTokens = ask.maxOutputTokens() - thoughtTokens;
    }

    List<Chunk> chunks() {
        if (ask.includeThoughts() && thoughtTokens > 0) {
            thoughts();
        }
        if (ask.model().speaks()) {
            speech();
        } else if (draft.calls().isEmpty()) {
            code();
            text();
        } else {
            calls();
        }
        return chunks;
    }

    private void thoughts() {
        List<String> summaries = Thinking.summaries(ask);
        for (int i = 0; i < summaries.size(); i++) {
            ObjectNode part = JsonTrees.object().put("text", summaries.get(i)).put("thought", true);
            int soFar = (int) ((long) thoughtTokens * (i + 1) / summaries.size());
            ObjectNode candidate = candidate(List.of(part));
            chunks.add(new Chunk(() -> candidate, 0, 0, soFar));
        }
        for (ObjectNode draftImage : draft.pictures().thoughts()) {
            add(candidate(List.of(draftImage)), 0);
        }
    }

    /** Adds an event for each part of code that there is room for. */
    private void code() {
        for (ObjectNode part : draft.code()) {
            int tokens = PromptTokens.ofText(JsonTrees.write(part));
            if (codeTokens + tokens <= roomTokens) {
                codeTokens += tokens;
                add(candidate(List.of(part)), codeTokens);
            }
        }
    }

    /** Adds the speech: PCM, an event for each part; or one file, which is not streamed. */
    private void speech() {
        int all = Speech.tokens(ask);
        int made = Math.min(all, roomTokens);
        boolean isFile = !ask.terms().streams();
        int each = isFile || knobs().has(Knob.SPEECH) ? made : Speech.TOKENS_EACH;
        int printed = printedIndex;
        for (int from = 0; from < made; from += each) {
            int begin = from;
            int end = Math.min(made, from + each);
            chunks.add(new Chunk(() -> candidate(List.of(Speech.part(begin, end, isFile)), printed), end, 0, 0));
        }
        add(candidate(List.of()).put("finishReason", made < all ? "MAX_TOKENS" : "STOP"), made);
    }

    private void text() {
        String stopped = untilStop(draft.text());
        String text = prefix(stopped, PromptTokens.bytesOf(roomTokens - codeTokens));
        int from = 0;
        long bytes = 0;
        boolean logprobs = ask.config().path("responseLogprobs").asBoolean(false);
        while (from < text.length()) {
            int to = pieceEnd(text, from);
            String piece = text.substring(from, to);
            bytes += piece.getBytes(StandardCharsets.UTF_8).length;
            Supplier<ObjectNode> candidate = piece(text, from, to);
            int tokens = codeTokens + PromptTokens.ofBytes(bytes);
            chunks.add(new Chunk(logprobs ? withLogprobs(candidate, piece) : candidate, tokens, 0, thoughtTokens));
            from = to;
        }
        boolean cut = text.length() < stopped.length();
        boolean whole = text.length() == draft.text().length();
        finishText(text, cut || whole && !images(PromptTokens.ofText(text)));
    }

    /** Adds an event for each image, and returns whether there was room for all. */
    private boolean images(int textTokens) {
        Pictures pictures = draft.pictures();
        for (int i = 0; i < pictures.shown().size(); i++) {
            int soFar = imageTokens + (i < pictures.drafts() ? 0 : pictures.tokens());
            if (textTokens + soFar > roomTokens) {
                return false;
            }
            imageTokens = soFar;
            add(candidate(List.of(signed(pictures.shown().get(i)))), textTokens + imageTokens);
        }
        return true;
    }

    /** Returns a supplier that references the text, but not the request. */
    private Supplier<ObjectNode> piece(String text, int from, int to) {
        if (from == 0 && signsFirst()) {
            ObjectNode first = candidate(List.of(signed(JsonTrees.object().put("text", text.substring(from, to)))));
            return () -> first;
        }
        int printed = printedIndex;
        return () -> candidate(List.of(JsonTrees.object().put("text", text.substring(from, to))), printed);
    }

    private Supplier<ObjectNode> withLogprobs(Supplier<ObjectNode> bare, String piece) {
        int alternatives = ask.config().path("logprobs").asInt(0);
        long seed = random.nextLong();
        return () -> {
            ObjectNode candidate = bare.get();
            Logprobs.add(candidate, piece, alternatives, new SplittableRandom(seed));
            return candidate;
        };
    }

    private void finishText(String text, boolean cut) {
        ObjectNode candidate = candidate(text.isEmpty() && cut && imageTokens == 0 ? List.of() : List.of(lastPart()));
        candidate.put("finishReason", cut ? "MAX_TOKENS" : "STOP");
        ObjectNode grounding = draft.grounding();
        if (grounding != null) {
            candidate.set("groundingMetadata", within(grounding, text));
        }
        if (draft.pages() != null) {
            candidate.set("urlContextMetadata", draft.pages());
        }
        add(candidate, codeTokens + PromptTokens.ofText(text) + imageTokens);
    }

    private ObjectNode lastPart() {
        ObjectNode part = JsonTrees.object().put("text", "");
        return ask.model().gemini3() && draft.pictures().shown().isEmpty() ? signed(part) : part;
    }

    /** 2.5 signs the first part, whatever it is, where functions are declared and it thinks (protocol 2.4). */
    private boolean signsFirst() {
        return !ask.model().gemini3()
                && thoughtTokens > 0
                && !ask.declarations().isEmpty();
    }

    private ObjectNode signed(ObjectNode part) {
        return knobs().has(Knob.UNSIGNED) ? part : part.put("thoughtSignature", signatures.sign(ask, part));
    }

    private KnobSettings knobs() {
        return ask.terms().knobs();
    }

    /** Gemini 3 sends parallel calls one by one, 2.5 together, unless a setting changes this; only the first is signed. */
    private void calls() {
        List<ObjectNode> parts = signedCalls();
        int tokens = parts.stream().mapToInt(CandidateChunks::tokens).sum();
        if (tokens > roomTokens) {
            add(candidate(List.of()).put("finishReason", "MAX_TOKENS"), 0);
            return;
        }
        int soFar = 0;
        for (List<ObjectNode> together : apart() ? each(parts) : List.of(parts)) {
            soFar += together.stream().mapToInt(CandidateChunks::tokens).sum();
            add(candidate(together), soFar);
        }
        ObjectNode last = candidate(List.of(JsonTrees.object().put("text", "")));
        add(last.put("finishReason", "STOP").put("finishMessage", "Model generated function call(s)."), tokens);
    }

    private boolean apart() {
        boolean usual = ask.model().gemini3() && !knobs().is(Knob.CALLS, "together");
        return usual || knobs().is(Knob.CALLS, "apart");
    }

    private static int tokens(JsonNode part) {
        return PromptTokens.ofText(JsonTrees.write(part.get("functionCall")));
    }

    private static List<List<ObjectNode>> each(List<ObjectNode> parts) {
        return parts.stream().map(List::of).toList();
    }

    private List<ObjectNode> signedCalls() {
        List<ObjectNode> parts = new ArrayList<>();
        for (ObjectNode call : draft.calls()) {
            ObjectNode part = call.deepCopy();
            boolean noArgs = ask.terms().vertex() || knobs().has(Knob.NO_ARGS);
            if (noArgs && part.path("functionCall").path("args").isEmpty()) {
                ((ObjectNode) part.get("functionCall")).remove("args");
            }
            if (callIds()) {
                part.set("functionCall", withId(part.get("functionCall")));
            }
            parts.add(parts.isEmpty() ? signed(part) : part);
        }
        return parts;
    }

    private boolean callIds() {
        return !knobs().is(Knob.CALL_IDS, "off") && (ask.model().callIds() || knobs().is(Knob.CALL_IDS, "on"));
    }

    private ObjectNode withId(JsonNode call) {
        ObjectNode withId = JsonTrees.object().put("id", Long.toString(random.nextLong(1L << 40) | 1L << 40, 36));
        call.properties().forEach(member -> withId.set(member.getKey(), member.getValue()));
        return withId;
    }

    private ObjectNode candidate(List<ObjectNode> parts) {
        return candidate(parts, printedIndex);
    }

    private static ObjectNode candidate(List<ObjectNode> parts, int printedIndex) {
        ObjectNode candidate = JsonTrees.object();
        ObjectNode content = candidate.putObject("content");
        if (!parts.isEmpty()) {
            content.putArray("parts").addAll(parts);
        }
        content.put("role", "model");
        return printedIndex < 0 ? candidate : candidate.put("index", printedIndex);
    }

    private void add(ObjectNode candidate, int visibleTokens) {
        chunks.add(new Chunk(() -> candidate, visibleTokens, imageTokens, thoughtTokens));
    }

    private String untilStop(String text) {
        int end = ask.config()
                .path("stopSequences")
                .valueStream()
                .mapToInt(stop -> text.indexOf(stop.stringValue()))
                .filter(at -> at >= 0)
                .min()
                .orElse(text.length());
        return text.substring(0, end);
    }

    /** The longest beginning of so many bytes that ends between two characters. */
    private static String prefix(String text, long bytesMax) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= bytesMax) {
            return text;
        }
        int end = (int) bytesMax;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** A piece ends behind a space where one is near, never inside a character. */
    private int pieceEnd(String text, int from) {
        int longer = 1 + text.length() / LONG_TEXT_CHARACTERS;
        int wanted = from + longer * random.nextInt(PIECE_CHARACTERS_MIN, PIECE_CHARACTERS_MAX);
        if (wanted >= text.length() || !ask.terms().streams()) {
            return text.length();
        }
        int space = text.indexOf(' ', wanted);
        int end = space >= 0 && space - wanted < PIECE_CHARACTERS_MIN ? space + 1 : wanted;
        return end < text.length() && Character.isLowSurrogate(text.charAt(end)) ? end + 1 : end;
    }

    /** Returns grounding without the segments that the cut removed. */
    private static ObjectNode within(ObjectNode grounding, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        ObjectNode left = grounding.deepCopy();
        ArrayNode supports = JsonTrees.array();
        for (JsonNode support : grounding.path("groundingSupports")) {
            if (support.path("segment").path("endIndex").asInt() <= bytes) {
                supports.add(support);
            }
        }
        left.set("groundingSupports", supports);
        return left;
    }

    /** Made-up log probabilities of a piece of text, a token a word, in Google's form (protocol 2.1). */
    private static final class Logprobs {

        private static final Pattern TOKEN = Pattern.compile("\\s*\\S+\\s*");

        private Logprobs() {}

        /** @param alternatives how many candidates each token has, besides being chosen */
        static void add(ObjectNode candidate, String piece, int alternatives, RandomGenerator random) {
            ObjectNode result = JsonTrees.object();
            ArrayNode chosen = JsonTrees.array();
            ArrayNode top = JsonTrees.array();
            double sum = 0;
            Matcher tokens = TOKEN.matcher(piece);
            while (tokens.find()) {
                double probability = -0.01 - random.nextInt(100) / 1_000.0;
                sum += probability;
                chosen.add(token(tokens.group(), probability));
                ArrayNode candidates = top.addObject().putArray("candidates");
                for (int i = 0; i < alternatives; i++) {
                    candidates.add(i == 0 ? token(tokens.group(), probability) : token(" other" + i, probability - i));
                }
            }
            result.put("logProbabilitySum", sum).set("chosenCandidates", chosen);
            if (alternatives > 0) {
                result.set("topCandidates", top);
            }
            candidate.put("avgLogprobs", chosen.isEmpty() ? 0 : sum / chosen.size());
            candidate.set("logprobsResult", result);
        }

        private static ObjectNode token(String token, double probability) {
            return JsonTrees.object()
                    .put("token", token)
                    .put("tokenId", 1 + (token.hashCode() & 0xFFFF))
                    .put("logProbability", probability);
        }
    }
}
