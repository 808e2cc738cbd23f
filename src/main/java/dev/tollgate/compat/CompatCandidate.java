package dev.tollgate.compat;

import dev.tollgate.channel.Json;
import dev.tollgate.channel.JsonFence;
import dev.tollgate.upstream.UpstreamEvent;
import dev.tollgate.upstream.UpstreamEvent.Citation;
import dev.tollgate.upstream.UpstreamEvent.FinishReason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** How far one choice of an answer has come. Tool calls come in pieces and are told whole, before the finish reason. */
final class CompatCandidate {

    private static final int ARGUMENTS_CHARS_MAX = 16 * 1024 * 1024;
    private static final int CALLS_MAX = 1_000;
    private static final int CITATIONS_MAX = 10_000;
    private static final int CITATIONS_CHARS_MAX = 1024 * 1024;
    private static final String DATA = "data:";
    private static final String BASE64 = ";base64,";

    private static final class Call {
        private final int index;
        private @Nullable String id;
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();

        private Call(int index) {
            this.index = index;
        }
    }

    private final int index;
    private final boolean showsThoughts;
    private final @Nullable JsonFence fence;
    private final List<Call> calls = new ArrayList<>(0);
    private final Set<Citation> citations = new LinkedHashSet<>(0);
    private int argumentsChars;
    private int citationsChars;
    private boolean answered;
    private boolean finished;

    CompatCandidate(int index, boolean showsThoughts, boolean json) {
        this.index = index;
        this.showsThoughts = showsThoughts;
        this.fence = json ? new JsonFence() : null;
    }

    boolean isFinished() {
        return finished;
    }

    /** Whether anything of an answer has come, thoughts that nobody sees included. */
    boolean hasAnswered() {
        return answered;
    }

    boolean isTooLong() {
        return argumentsChars > ARGUMENTS_CHARS_MAX || calls.size() > CALLS_MAX;
    }

    void take(JsonNode choice, List<UpstreamEvent> out) {
        if (finished) {
            return;
        }
        JsonNode delta = choice.path("delta");
        takeThought(delta, out);
        takeText(CompatReader.text(delta, "content"), fence, out);
        delta.path("content").values().forEach(part -> takePart(part, out));
        takeText(CompatReader.text(delta, "refusal"), null, out);
        delta.path("images").values().forEach(image -> takeFile(image, out));
        delta.path("annotations").values().forEach(this::takeAnnotation);
        delta.path("tool_calls").values().forEach(this::takeCall);
        JsonNode tokens = choice.path("logprobs").path("content");
        if (tokens.isArray() && !tokens.isEmpty()) {
            out.add(new UpstreamEvent.Logprobs(index, tokens));
        }
        String reason = CompatReader.text(choice, "finish_reason");
        if (reason != null && !reason.isEmpty()) {
            finish(reason, out);
        }
    }

    /** Two spellings are about. */
    private void takeThought(JsonNode delta, List<UpstreamEvent> out) {
        String thought = CompatReader.text(delta, "reasoning_content");
        thought = thought == null ? CompatReader.text(delta, "reasoning") : thought;
        if (thought != null && !thought.isEmpty()) {
            answered = true;
            if (showsThoughts) {
                out.add(new UpstreamEvent.Thought(index, thought, null));
            }
        }
    }

    /** Of content that comes in parts, as some servers send it. */
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
            tell(around == null ? text : around.take(text), out);
        }
    }

    private void tell(String text, List<UpstreamEvent> out) {
        if (!text.isEmpty()) {
            out.add(new UpstreamEvent.Text(index, text, null));
        }
    }

    private void takeCall(JsonNode piece) {
        answered = true;
        Call call = call(piece.path("index").asInt(0), CompatReader.text(piece, "id"));
        JsonNode function = piece.path("function");
        String name = CompatReader.text(function, "name");
        if (name != null && call.name.isEmpty()) {
            call.name = name;
        }
        JsonNode arguments = function.path("arguments");
        // Some servers send an object instead of its text.
        String text = arguments.isObject() ? arguments.toString() : arguments.asString("");
        argumentsChars += text.length();
        call.arguments.append(text);
    }

    /** Some servers give all calls the same index; another id is another call. */
    private Call call(int at, @Nullable String id) {
        String given = id == null || id.isEmpty() ? null : id;
        for (int i = calls.size() - 1; i >= 0; i--) {
            Call known = calls.get(i);
            if (known.index == at && (given == null || known.id == null || given.equals(known.id))) {
                known.id = known.id == null ? given : known.id;
                return known;
            }
        }
        Call next = new Call(at);
        next.id = given;
        calls.add(next);
        return next;
    }

    private void finish(String nativeReason, List<UpstreamEvent> out) {
        finished = true;
        answered = true;
        if (fence != null) {
            tell(fence.end(), out);
        }
        boolean whole = true;
        for (Call call : calls) {
            String arguments = arguments(call.arguments.toString());
            whole &= arguments != null && !call.name.isEmpty();
            if (whole && arguments != null) {
                out.add(new UpstreamEvent.ToolCall(index, call.id, call.name, arguments, null));
            }
        }
        if (!citations.isEmpty()) {
            out.add(new UpstreamEvent.Grounding(index, List.copyOf(citations), null, null));
        }
        // A call that was cut off by the maximum is no call; the reason says why.
        FinishReason reason = reason(nativeReason);
        boolean malformed = !whole && reason != FinishReason.LENGTH;
        out.add(new UpstreamEvent.Finish(index, malformed ? FinishReason.MALFORMED : reason, nativeReason));
    }

    /** Compact, digits and order kept; null where it is no JSON object. Without parameters some servers send nothing. */
    private static @Nullable String arguments(String text) {
        if (text.isBlank()) {
            return "{}";
        }
        try {
            JsonNode object = Json.STRICT.readTree(text);
            return object.isObject() ? Json.MAPPER.writeValueAsString(object) : null;
        } catch (JacksonException notJson) {
            return null;
        }
    }

    private static FinishReason reason(String nativeReason) {
        return switch (nativeReason) {
            case "stop", "tool_calls", "function_call", "eos", "end_turn" -> FinishReason.STOP;
            case "length", "max_tokens" -> FinishReason.LENGTH;
            case "content_filter" -> FinishReason.FILTERED;
            default -> FinishReason.OTHER;
        };
    }
}
