package dev.tollgate.upstreams.compat;

import dev.tollgate.upstreams.connections.FinishReasons;
import dev.tollgate.upstreams.connections.JsonFence;
import dev.tollgate.upstreams.connections.Repetitions;
import dev.tollgate.upstreams.connections.WholeCharacters;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Citation;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The progress of one choice of an answer. It may continue after a finish reason; the last one counts (D38). Tool calls arrive in pieces
 * and are reported whole: complete ones at a finish reason, the others at the end.
 */
final class CompatCandidate {

    private static final int CITATIONS_MAX = 10_000;
    private static final int CITATIONS_CHARS_MAX = 1024 * 1024;
    private static final String DATA = "data:";
    private static final String BASE64 = ";base64,";

    private final int index;
    private final boolean showsThoughts;
    private final @Nullable JsonFence fence;
    private final WholeCharacters characters = new WholeCharacters();
    private final Repetitions saidSoFar = new Repetitions();
    private final CallPieces calls;
    private final Set<Citation> citations = new LinkedHashSet<>(0);
    private int citationsChars;
    private int citationsTold;
    private boolean answered;
    private @Nullable FinishReason reason;
    private String nativeReason = "";
    private @Nullable String stopSequence;

    /** The last reported finish reason; null before it, or if an event was reported after it. */
    private @Nullable FinishReason told;

    private String toldWord = "";

    CompatCandidate(int index, boolean showsThoughts, boolean json) {
        this.index = index;
        this.showsThoughts = showsThoughts;
        this.fence = json ? new JsonFence() : null;
        this.calls = new CallPieces(index);
    }

    /** Returns whether it has had a finish reason. */
    boolean isFinished() {
        return reason != null;
    }

    /** Returns whether any part of an answer has arrived, hidden thoughts included. */
    boolean hasAnswered() {
        return answered;
    }

    boolean isTooLong() {
        return calls.isTooLong();
    }

    /** Returns the word with which a failed server replaced the finish reason; otherwise null. */
    @Nullable
    String take(JsonNode choice, List<UpstreamEvent> out) {
        String word = CompatReader.text(choice, "finish_reason");
        JsonNode delta = choice.path("delta");
        int before = out.size();
        if (word == null || word.isEmpty() || !isRepetition(delta)) {
            takeContent(delta, out);
            JsonNode tokens = choice.path("logprobs").path("content");
            if (tokens.isArray() && !tokens.isEmpty()) {
                out.add(new UpstreamEvent.Logprobs(index, tokens));
            }
        }
        delta.path("annotations").values().forEach(this::takeAnnotation);
        delta.path("tool_calls").values().forEach(this::takeCall);
        told = out.size() > before ? null : told;
        if (word == null || word.isEmpty()) {
            return null;
        }
        FinishReason said = FinishWords.of(word);
        if (said == null) {
            return word;
        }
        answered = true;
        reason = said;
        nativeReason = word;
        stopSequence = stopSequence(choice);
        finish(said, false, out);
        return null;
    }

    /** The members of vLLM and of SGLang. Each may also be null or the number of a token. */
    private static @Nullable String stopSequence(JsonNode choice) {
        String text = CompatReader.text(choice, "stop_reason");
        return text == null ? CompatReader.text(choice, "matched_stop") : text;
    }

    /** Returns whether a chunk with a finish reason says the whole text once more (D38). */
    private boolean isRepetition(JsonNode delta) {
        return reason != null && saidSoFar.isRepeatedBy(content(delta));
    }

    private static String content(JsonNode delta) {
        JsonNode content = delta.path("content");
        return content.isString()
                ? content.stringValue()
                : content.valueStream()
                        .map(part -> part.path("text").asString(""))
                        .collect(Collectors.joining());
    }

    private void takeContent(JsonNode delta, List<UpstreamEvent> out) {
        takeThought(delta, out);
        takeText(CompatReader.text(delta, "content"), fence, out);
        delta.path("content").values().forEach(part -> takePart(part, out));
        takeText(CompatReader.text(delta, "refusal"), null, out);
        delta.path("images").values().forEach(image -> takeFile(image, out));
        String signature = CompatReader.signature(delta);
        if (signature != null) {
            out.add(new UpstreamEvent.Text(index, "", signature));
        }
    }

    /** Two spellings are about. */
    private void takeThought(JsonNode delta, List<UpstreamEvent> out) {
        String thought = CompatReader.text(delta, "reasoning_content");
        thought = thought == null ? CompatReader.text(delta, "reasoning") : thought;
        if (thought != null && !thought.isEmpty()) {
            answered = true;
            String whole = showsThoughts ? characters.take(true, thought) : "";
            if (!whole.isEmpty()) {
                out.add(new UpstreamEvent.Thought(index, whole, null));
            }
        }
    }

    /** Takes a part of content that some servers send as an array. */
    private void takePart(JsonNode part, List<UpstreamEvent> out) {
        takeText(CompatReader.text(part, "text"), fence, out);
        takeFile(part, out);
    }

    /** A picture that the model has made, as a data URL or where it lies. */
    private void takeFile(JsonNode image, List<UpstreamEvent> out) {
        String url = CompatReader.text(image.path("image_url"), "url");
        if (url == null || url.isEmpty()) {
            return;
        }
        answered = true;
        int typeEnd = url.startsWith(DATA) ? url.indexOf(BASE64) : -1;
        if (typeEnd > DATA.length()) {
            String data = url.substring(typeEnd + BASE64.length());
            out.add(new UpstreamEvent.Media(index, url.substring(DATA.length(), typeEnd), data));
        } else {
            out.add(new UpstreamEvent.Media(index, "", url, true, null));
        }
    }

    /** Indexes as the server counts them. They may come once or in pieces, and again with the end. */
    private void takeAnnotation(JsonNode annotation) {
        JsonNode said = annotation.path("url_citation");
        String url = said.path("url").asString("");
        String title = said.path("title").asString("");
        long chars = (long) citationsChars + url.length() + title.length();
        if (!url.isEmpty() && citations.size() < CITATIONS_MAX && chars <= CITATIONS_CHARS_MAX) {
            int start = Math.max(0, said.path("start_index").asInt(0));
            int end = said.path("end_index").asInt(0);
            if (citations.add(Citation.of(start, end, url, title))) {
                citationsChars = (int) chars;
            }
        }
    }

    private void takeText(@Nullable String text, @Nullable JsonFence around, List<UpstreamEvent> out) {
        if (text != null && !text.isEmpty()) {
            answered = true;
            saidSoFar.text(text);
            String whole = characters.take(false, text);
            tell(around == null ? whole : around.take(whole), out);
        }
    }

    private void tell(String text, List<UpstreamEvent> out) {
        if (!text.isEmpty()) {
            out.add(new UpstreamEvent.Text(index, text, null));
        }
    }

    private void takeCall(JsonNode piece) {
        answered = true;
        calls.take(piece, reason != null);
    }

    /** Tells what was kept back until the end of a whole answer. */
    void close(List<UpstreamEvent> out) {
        FinishReason last = reason;
        if (last == null) {
            return;
        }
        int before = out.size();
        if (fence != null) {
            tell(fence.end(), out);
        }
        told = out.size() > before ? null : told;
        finish(last, true, out);
    }

    private void finish(FinishReason last, boolean atEnd, List<UpstreamEvent> out) {
        int before = out.size();
        boolean whole = calls.tell(saidSoFar, atEnd, out);
        if (citations.size() > citationsTold) {
            citationsTold = citations.size();
            out.add(new UpstreamEvent.Grounding(index, List.copyOf(citations), null, null));
        }
        // A call that was cut off by the maximum is no call; the reason says why.
        FinishReason said = whole || last == FinishReason.LENGTH ? last : FinishReason.MALFORMED;
        if (out.size() > before || said != told || !nativeReason.equals(toldWord)) {
            told = said;
            toldWord = nativeReason;
            out.add(new UpstreamEvent.Finish(index, said, nativeReason, stopSequence));
        }
    }

    /** The finish reasons of OpenAI-compatible servers, in any case; an open list: a new word is {@code OTHER} or a failure. */
    private static final class FinishWords {

        private FinishWords() {}

        /** @return null for a word that says that the server has failed */
        static @Nullable FinishReason of(String word) {
            return switch (word.toLowerCase(Locale.ROOT)) {
                case "stop",
                        "tool_calls",
                        "tool_use",
                        "function_call",
                        "eos",
                        "eos_token",
                        "end_turn",
                        "stop_sequence" -> FinishReason.STOP;
                case "length", "max_tokens", "max_length", "max_output_tokens", "model_length" -> FinishReason.LENGTH;
                case "content_filter", "content_filtered", "sensitive", "refusal" -> FinishReason.FILTERED;
                default -> {
                    String upper = word.toUpperCase(Locale.ROOT);
                    yield FinishReasons.sayFailure(upper) ? null : FinishReasons.of(upper);
                }
            };
        }
    }
}
