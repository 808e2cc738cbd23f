package dev.tollgate.protocols.messages;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.models.Usage;

/**
 * The usage of a response, in raw tokens (E4).
 *
 * @param input the prompt without its cached part
 * @param made the counts of the response; none before anything of it is known
 */
record TokenCounts(long input, long cached, Usage made) {

    /** Returns the counts of a prompt before anything of the response is known. */
    static TokenCounts ofPrompt(long input, long cached) {
        return new TokenCounts(Math.max(0, input - cached), cached, Usage.NONE);
    }

    static TokenCounts of(Usage usage) {
        long cached = usage.cachedWithinPrompt();
        return new TokenCounts(usage.inputTokens() - cached, cached, usage);
    }

    /** Writes the last members of a message. */
    void ofMessage(Utf8Buffer out) {
        write(out.raw(",\"container\":null,\"diagnostics\":null,\"usage\":"));
        out.raw(",\"cache_creation\":null,\"inference_geo\":null,\"service_tier\":\"standard\",\"speed\":null}");
    }

    /** Writes the object of a {@code message_delta}. */
    void ofDelta(Utf8Buffer out) {
        write(out);
        out.raw('}');
    }

    private void write(Utf8Buffer out) {
        out.raw("{\"input_tokens\":").number(input);
        out.raw(",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":")
                .number(cached);
        out.raw(",\"output_tokens\":").number(made.candidatesTokens() + made.thoughtsTokens());
        out.raw(",\"output_tokens_details\":{\"thinking_tokens\":").number(made.thoughtsTokens());
        made.writeMade(out);
        out.raw("},\"server_tool_use\":{\"web_search_requests\":").number(made.searches());
        out.raw(",\"web_fetch_requests\":0}");
    }
}
