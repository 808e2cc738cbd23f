package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Place;
import org.jspecify.annotations.Nullable;

/** The places of a conversation's parts in a body of this protocol: dotted paths, as in the reader's own refusals. */
sealed interface MessagesField extends Place {

    @Override
    default String name(Member member) {
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
            case CANDIDATES,
                    PRESENCE_PENALTY,
                    FREQUENCY_PENALTY,
                    LOGPROBS,
                    SEED,
                    SCHEMA_NAME,
                    SCHEMA_DESCRIPTION,
                    SCHEMA_STRICT,
                    SAFETY,
                    DETAIL,
                    VIDEO -> throw new IllegalArgumentException("the protocol has no " + member);
        };
    }

    /** @param searchTool the path of the search tool; null without one */
    record Body(@Nullable String searchTool) implements MessagesField {
        @Override
        public String path() {
            return "";
        }

        @Override
        public String path(Member member) {
            return member == Member.WEB_SEARCH && searchTool != null ? searchTool : name(member);
        }
    }

    /** @param index in {@code messages} */
    record OfMessage(int index) implements MessagesField {
        @Override
        public String path() {
            return "messages." + index;
        }
    }

    /** @param index in {@code content} of the message; 0 for a content that is a string */
    record OfBlock(int message, int index) implements MessagesField {
        @Override
        public String path() {
            return "messages." + message + ".content." + index;
        }
    }

    /** @param path of the member with the media; there are at most a hundred */
    record OfMedium(String path) implements MessagesField {}

    /** @param index in {@code system}; 0 for a system prompt that is a string */
    record OfSystem(int index) implements MessagesField {
        @Override
        public String path() {
            return "system." + index;
        }
    }

    /** @param index in {@code tools} */
    record OfTool(int index) implements MessagesField {
        @Override
        public String path() {
            return "tools." + index;
        }
    }
}
