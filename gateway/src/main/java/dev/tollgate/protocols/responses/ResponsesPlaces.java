package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.Place.Names;

/** The names of a conversation's parts in a body of this protocol. */
final class ResponsesPlaces {

    static final Names NAMES = ResponsesPlaces::name;

    private ResponsesPlaces() {}

    private static String name(Member member) {
        return switch (member) {
            case MESSAGES -> "input";
            case LOGPROBS -> "top_logprobs";
            case TEMPERATURE -> "temperature";
            case TOP_P -> "top_p";
            case TOOLS, WEB_SEARCH -> "tools";
            case TOOL_CHOICE -> "tool_choice";
            case RESPONSE_FORMAT -> "text.format";
            case SCHEMA -> "text.format.schema";
            case SCHEMA_NAME -> "text.format.name";
            case SCHEMA_DESCRIPTION -> "text.format.description";
            case SCHEMA_STRICT -> "text.format.strict";
            case REASONING_EFFORT -> "reasoning.effort";
            case INCLUDE_THOUGHTS -> "reasoning.summary";
            case SERVICE_TIER -> "service_tier";
            case CALLS, ANSWERED, ID -> "call_id";
            case SIGNATURE, EXTRAS -> "encrypted_content";
            case FILES -> "content";
            case NAME -> "name";
            case PARAMETERS -> "parameters";
            case DETAIL -> "detail";
            case FORMAT -> "format";
            default -> throw new IllegalArgumentException("the protocol has no " + member);
        };
    }
}
