package dev.tollgate.protocols.responses;

import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.RawJson;
import dev.tollgate.base.json.Shown;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The object of a response (E36).
 *
 * @param created Unix seconds
 * @param completed Unix seconds; null unless the response is complete
 * @param errorCode null unless the response has failed; {@code errorMessage} goes with it
 * @param incompleteReason why the response is incomplete; null if it is not
 * @param output null before there is any
 * @param completion null before the end
 * @param tier OpenAI's word for the service tier
 * @param nativeReason the upstream's word for the end; null before the end
 */
record ResponseObject(
        String id,
        long created,
        @Nullable Long completed,
        String status,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        @Nullable String incompleteReason,
        @Nullable Output output,
        Sink.@Nullable Completion completion,
        String tier,
        @Nullable String nativeReason) {

    private static final RawJson NO_PAIRS = RawJson.of("{}");
    private static final RawJson NO_TOOLS = RawJson.of("[]");
    private static final RawJson AUTO = RawJson.of("\"auto\"");
    private static final RawJson TEXT = RawJson.of("{\"type\":\"text\"}");

    /** Returns the object of a response that has begun. */
    static ResponseObject begun(String id, long created) {
        return new ResponseObject(id, created, null, "in_progress", null, null, null, null, null, "default", null);
    }

    /**
     * @param stored whether the response is kept
     * @param whole whether instructions and tools are shown again; agents send much of both, and events leave them out
     */
    void write(ResponsesRequest request, boolean stored, boolean whole, JsonPieces pieces) {
        Utf8Buffer out = pieces.out();
        Echo echo = request.echo();
        out.raw("{\"id\":")
                .string(id)
                .raw(",\"object\":\"response\",\"created_at\":")
                .number(created);
        number(out.raw(",\"completed_at\":"), completed);
        out.raw(",\"status\":\"").raw(status).raw("\",\"background\":false,\"error\":");
        error(out);
        out.raw(",\"incomplete_details\":");
        if (incompleteReason == null) {
            out.raw("null");
        } else {
            out.raw("{\"reason\":\"").raw(incompleteReason).raw("\"}");
        }
        out.raw(",\"instructions\":");
        raw(pieces, whole ? echo.instructions() : null, null);
        number(out.raw(",\"max_output_tokens\":"), echo.maxTokens());
        out.raw(",\"metadata\":");
        raw(pieces, echo.metadata(), NO_PAIRS);
        out.raw(",\"model\":").string(request.model()).raw(",\"output\":");
        if (output == null) {
            out.raw("[]");
        } else {
            output.write(pieces);
        }
        string(out.raw(",\"parallel_tool_calls\":true,\"previous_response_id\":"), request.previousId());
        out.raw(",\"reasoning\":{\"effort\":");
        string(out, echo.effort());
        string(out.raw(",\"summary\":"), echo.summary());
        out.raw("},\"service_tier\":").string(tier).raw(stored ? ",\"store\":true" : ",\"store\":false");
        out.raw(",\"temperature\":");
        decimal(out, echo.temperature());
        out.raw(",\"text\":{\"format\":");
        raw(pieces, echo.format(), TEXT);
        out.raw("},\"tool_choice\":");
        raw(pieces, echo.toolChoice(), AUTO);
        out.raw(",\"tools\":");
        raw(pieces, whole ? echo.tools() : null, NO_TOOLS);
        decimal(out.raw(",\"top_p\":"), echo.topP());
        out.raw(",\"truncation\":\"disabled\"");
        end(out);
    }

    private void error(Utf8Buffer out) {
        if (errorCode == null || errorMessage == null) {
            out.raw("null");
        } else {
            out.raw("{\"code\":")
                    .string(errorCode)
                    .raw(",\"message\":")
                    .string(errorMessage)
                    .raw('}');
        }
    }

    private void end(Utf8Buffer out) {
        out.raw(",\"usage\":");
        if (completion == null) {
            out.raw("null,\"credits_consumed\":null");
        } else {
            usage(completion.tokens(), out);
            out.raw(",\"credits_consumed\":").credits(completion.chargeMicros());
        }
        string(out.raw(",\"native_finish_reason\":"), nativeReason);
        out.raw('}');
    }

    /** Writes raw tokens, whatever the units of the model's price (E4). */
    private static void usage(Usage tokens, Utf8Buffer out) {
        long answered = tokens.candidatesTokens() + tokens.thoughtsTokens();
        out.raw("{\"input_tokens\":").number(tokens.inputTokens());
        out.raw(",\"input_tokens_details\":{\"cached_tokens\":").number(tokens.cachedWithinPrompt());
        out.raw(",\"cache_write_tokens\":0},\"output_tokens\":").number(answered);
        out.raw(",\"output_tokens_details\":{\"reasoning_tokens\":").number(tokens.thoughtsTokens());
        out.raw("},\"total_tokens\":").number(tokens.inputTokens() + answered).raw('}');
    }

    private static void raw(JsonPieces out, @Nullable RawJson value, @Nullable RawJson otherwise) {
        RawJson shown = value == null ? otherwise : value;
        if (shown == null) {
            out.out().raw("null");
        } else {
            shown.write(out);
        }
    }

    private static void string(Utf8Buffer out, @Nullable String value) {
        if (value == null) {
            out.raw("null");
        } else {
            out.string(value);
        }
    }

    private static void number(Utf8Buffer out, @Nullable Long value) {
        if (value == null) {
            out.raw("null");
        } else {
            out.number(value);
        }
    }

    private static void decimal(Utf8Buffer out, @Nullable Double value) {
        out.raw(value == null ? "null" : Shown.number(value));
    }
}
