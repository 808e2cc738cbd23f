package dev.tollgate.protocols.responses;

import static java.util.Objects.requireNonNullElse;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.RawJson;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The object of a response (E36), from its begin to its end. Confined to its call. */
final class ResponseObject {

    private static final RawJson NULL = RawJson.of("null");
    private static final RawJson NO_PAIRS = RawJson.of("{}");
    private static final RawJson NO_TOOLS = RawJson.of("[]");
    private static final RawJson AUTO = RawJson.of("\"auto\"");
    private static final RawJson TEXT = RawJson.of("{\"type\":\"text\"}");

    /** The members that Open Responses has of a function and of a schema, whatever the caller left out. */
    private static final Map<String, String> OF_FUNCTION =
            Map.of("description", "null", "parameters", "null", "strict", "null");

    private static final Map<String, String> OF_SCHEMA = Map.of("description", "null", "strict", "false");

    private final String id;
    private final long created;
    private final ResponsesRequest request;
    private final Output output;
    private boolean isQueued;

    /** The upstream's end; null before there is one. */
    UpstreamEvent.@Nullable Finish finish;

    private @Nullable Long completed;
    private Sink.@Nullable Completion completion;
    private @Nullable ApiError error;
    private ServiceTier tier = ServiceTier.STANDARD;

    /** @param created Unix seconds */
    ResponseObject(String id, long created, ResponsesRequest request, Output output) {
        this.id = id;
        this.created = created;
        this.request = request;
        this.output = output;
    }

    /**
     * Ends the response.
     *
     * @param now Unix seconds
     * @param shown the service tier that the response names
     */
    void end(Sink.Completion all, long now, ServiceTier shown) {
        completion = all;
        completed = incompleteReason() == null ? now : null;
        tier = shown;
    }

    void fail(ApiError why) {
        error = why;
        completion = null;
        completed = null;
        tier = ServiceTier.STANDARD;
    }

    /** Stands for a response in the background that has not begun. */
    void queue() {
        isQueued = true;
    }

    String status() {
        if (isQueued) {
            return "queued";
        }
        if (error != null) {
            return "failed";
        }
        if (completion == null) {
            return "in_progress";
        }
        return incompleteReason() == null ? "completed" : "incomplete";
    }

    /** Returns why the response is incomplete, in OpenAI's words; null if it is not (E23). */
    @Nullable
    String incompleteReason() {
        if (request.compaction() != null) {
            return null; // a summary that was cut is whole to its reader
        }
        return switch (finish == null ? UpstreamEvent.FinishReason.STOP : finish.reason()) {
            case LENGTH -> "max_output_tokens";
            case FILTERED -> "content_filter";
            case STOP, MALFORMED, OTHER -> null;
        };
    }

    /**
     * @param stored whether the response is kept
     * @param whole whether instructions and tools are shown again; agents send much of both, and events leave them out
     */
    void write(boolean stored, boolean whole, JsonPieces pieces) {
        Utf8Buffer out = pieces.out();
        Echo echo = request.echo();
        head(id, created, completed, status(), request.background(), out);
        reasons(out);
        out.raw(",\"instructions\":");
        requireNonNullElse(whole ? echo.instructions() : null, NULL).write(pieces);
        out.raw(",\"metadata\":");
        requireNonNullElse(echo.metadata(), NO_PAIRS).write(pieces);
        out.raw(",\"model\":").string(request.model()).raw(",\"output\":");
        output.write(pieces);
        out.raw(",\"previous_response_id\":").stringOrNull(request.previousId());
        out.raw(echo.settings().getBytes(StandardCharsets.UTF_8)) // two of them are the caller's words
                .raw(",\"service_tier\":")
                .string(tier == ServiceTier.STANDARD ? "default" : tier.word())
                .raw(",\"store\":")
                .raw(String.valueOf(stored));
        out.raw(",\"text\":{\"format\":");
        requireNonNullElse(echo.format(), TEXT).write(pieces, "json_schema", OF_SCHEMA);
        if (echo.verbosity() != null) {
            out.raw(",\"verbosity\":").string(echo.verbosity());
        }
        out.raw("},\"tool_choice\":");
        requireNonNullElse(echo.toolChoice(), AUTO).write(pieces);
        out.raw(",\"tools\":");
        requireNonNullElse(whole ? echo.tools() : null, NO_TOOLS).write(pieces, "function", OF_FUNCTION);
        charge(out);
        boolean hasEnded = completion != null || error != null;
        out.raw(",\"native_finish_reason\":").stringOrNull(hasEnded && finish != null ? finish.nativeReason() : null);
        out.raw('}');
    }

    /** Writes the beginning of an object, up to its reasons. @param completed Unix seconds; null unless it is complete */
    static void head(
            String id, long created, @Nullable Long completed, String status, boolean background, Utf8Buffer out) {
        out.raw("{\"id\":")
                .string(id)
                .raw(",\"object\":\"response\",\"created_at\":")
                .number(created);
        out.raw(",\"completed_at\":").raw(String.valueOf(completed));
        out.raw(",\"status\":\"").raw(status).raw("\",\"background\":").raw(String.valueOf(background));
        out.raw(",\"error\":");
    }

    /** Writes the object of {@code POST /v1/responses/compact}. */
    void writeCompacted(JsonPieces pieces) {
        Utf8Buffer out = pieces.out();
        out.raw("{\"id\":").string(id).raw(",\"object\":\"response.compaction\",\"created_at\":");
        out.number(created).raw(",\"output\":");
        output.write(pieces);
        charge(out);
        out.raw('}');
    }

    private void reasons(Utf8Buffer out) {
        if (error == null) {
            out.raw("null");
        } else {
            out.raw("{\"code\":").string(ResponsesErrors.code(error));
            out.raw(",\"message\":").string(error.message()).raw('}');
        }
        String reason = completion == null ? null : incompleteReason();
        out.raw(",\"incomplete_details\":");
        out.raw(reason == null ? "null" : "{\"reason\":\"" + reason + "\"}");
    }

    /** Writes raw tokens, whatever the units of the model's price (E4). */
    private void charge(Utf8Buffer out) {
        if (completion == null) {
            out.raw(",\"usage\":null,\"credits_consumed\":null");
            return;
        }
        Usage tokens = completion.tokens();
        long answered = tokens.candidatesTokens() + tokens.thoughtsTokens();
        out.raw(",\"usage\":{\"input_tokens\":").number(tokens.inputTokens());
        out.raw(",\"input_tokens_details\":{\"cached_tokens\":").number(tokens.cachedWithinPrompt());
        out.raw(",\"cache_write_tokens\":0},\"output_tokens\":").number(answered);
        out.raw(",\"output_tokens_details\":{\"reasoning_tokens\":").number(tokens.thoughtsTokens());
        tokens.writeMade(out);
        out.raw("},\"total_tokens\":").number(tokens.inputTokens() + answered);
        out.raw("},\"credits_consumed\":").credits(completion.chargeMicros());
    }
}
