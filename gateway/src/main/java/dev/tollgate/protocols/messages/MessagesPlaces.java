package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.Place.Names;

/** The names of a conversation's parts in a body of this protocol. */
final class MessagesPlaces {

    static final Names NAMES = MessagesPlaces::name;

    private MessagesPlaces() {}

    private static String name(Member member) {
        return switch (member) {
            case MESSAGES -> "messages";
            case TEMPERATURE -> "temperature";
            case TOP_P -> "top_p";
            case TOP_K -> "top_k";
            case TOOLS, WEB_SEARCH -> "tools";
            case TOOL_CHOICE -> "tool_choice";
            case RESPONSE_FORMAT -> "output_config.format";
            case SCHEMA -> "output_config.format.schema";
            case REASONING_EFFORT -> "output_config.effort";
            case INCLUDE_THOUGHTS, THINKING, THINKING_LEVEL -> "thinking";
            case THINKING_BUDGET -> "thinking.budget_tokens";
            case THINKING_SHOWN -> "thinking.display";
            case SERVICE_TIER -> "service_tier";
            case CALLS, FILES -> "content";
            case ANSWERED -> "tool_use_id";
            case SIGNATURE, EXTRAS -> "signature";
            case ID -> "id";
            case NAME -> "name";
            case PARAMETERS -> "input_schema";
            case FORMAT -> "media_type";
            default -> throw new IllegalArgumentException("the protocol has no " + member);
        };
    }
}
