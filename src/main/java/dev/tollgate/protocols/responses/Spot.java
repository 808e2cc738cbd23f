package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Place;

/** The places of a conversation's parts in a body of this protocol: dotted paths, as in the reader's own refusals. */
sealed interface Spot extends Place {

    @Override
    default String name(Member member) {
        return switch (member) {
            case MESSAGES -> "input";
            case CANDIDATES -> "n";
            case PRESENCE_PENALTY -> "presence_penalty";
            case FREQUENCY_PENALTY -> "frequency_penalty";
            case LOGPROBS -> "top_logprobs";
            case SEED -> "seed";
            case TEMPERATURE -> "temperature";
            case TOP_P -> "top_p";
            case TOP_K -> "top_k";
            case TOOLS, WEB_SEARCH -> "tools";
            case TOOL_CHOICE -> "tool_choice";
            case RESPONSE_FORMAT -> "text.format";
            case SCHEMA -> "text.format.schema";
            case SCHEMA_NAME -> "text.format.name";
            case SCHEMA_DESCRIPTION -> "text.format.description";
            case SCHEMA_STRICT -> "text.format.strict";
            case REASONING_EFFORT -> "reasoning.effort";
            case INCLUDE_THOUGHTS, THINKING_SHOWN -> "reasoning.summary";
            case THINKING, THINKING_BUDGET, THINKING_LEVEL -> "reasoning";
            case SAFETY -> "safety_settings";
            case SERVICE_TIER -> "service_tier";
            case CALLS, ANSWERED, ID -> "call_id";
            case SIGNATURE, EXTRAS -> "encrypted_content";
            case FILES -> "content";
            case NAME -> "name";
            case PARAMETERS -> "parameters";
            case DETAIL -> "detail";
            case FORMAT -> "format";
            case VIDEO -> "video_metadata";
        };
    }

    record Body() implements Spot {
        @Override
        public String path() {
            return "";
        }
    }

    /** @param index in the named member */
    record Item(String name, int index) implements Spot {
        @Override
        public String path() {
            return name + "." + index;
        }
    }

    /** A tool or a file, of which a request has few. */
    record Part(String path) implements Spot {}
}
