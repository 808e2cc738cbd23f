package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Place;

/** The places of a conversation's parts in a body of this protocol: dotted paths, as in the reader's own refusals. */
public sealed interface Field extends Place {

    @Override
    default String name(Member member) {
        return switch (member) {
            case MESSAGES -> "messages";
            case CANDIDATES -> "n";
            case PRESENCE_PENALTY -> "presence_penalty";
            case FREQUENCY_PENALTY -> "frequency_penalty";
            case LOGPROBS -> "logprobs";
            case SEED -> "seed";
            case TEMPERATURE -> "temperature";
            case TOP_P -> "top_p";
            case TOP_K -> "top_k";
            case TOOLS -> "tools";
            case TOOL_CHOICE -> "tool_choice";
            case WEB_SEARCH -> "web_search_options";
            case RESPONSE_FORMAT -> "response_format";
            case SCHEMA -> "response_format.json_schema.schema";
            case SCHEMA_NAME -> "response_format.json_schema.name";
            case SCHEMA_DESCRIPTION -> "response_format.json_schema.description";
            case SCHEMA_STRICT -> "response_format.json_schema.strict";
            case REASONING_EFFORT -> "reasoning_effort";
            case INCLUDE_THOUGHTS, THINKING_SHOWN -> "include_thoughts";
            case THINKING -> "google.thinking_config";
            case THINKING_BUDGET -> "thinking_budget";
            case THINKING_LEVEL -> "thinking_level";
            case SAFETY -> "safety_settings";
            case SERVICE_TIER -> "service_tier";
            case CALLS -> "tool_calls";
            case ANSWERED -> "tool_call_id";
            case SIGNATURE -> "extra_content.google.thought_signature";
            case EXTRAS -> "extra_content";
            case FILES -> "images";
            case ID -> "id";
            case NAME -> "function.name";
            case PARAMETERS -> "function.parameters";
            case DETAIL -> "detail";
            case FORMAT -> "format";
            case VIDEO -> "video_metadata";
        };
    }

    record Body() implements Field {
        @Override
        public String path() {
            return "";
        }

        @Override
        public String path(Member member) {
            return switch (member) {
                case THINKING_BUDGET, THINKING_LEVEL, THINKING_SHOWN -> name(Member.THINKING) + "." + name(member);
                case SAFETY -> "google." + name(member);
                default -> name(member);
            };
        }
    }

    /** @param index in {@code messages} */
    record OfMessage(int index) implements Field {
        @Override
        public String path() {
            return "messages." + index;
        }
    }

    /** An assistant message whose only call has the deprecated form. */
    record OfFunctionCaller(int index) implements Field {
        @Override
        public String path() {
            return "messages." + index;
        }

        @Override
        public String name(Member member) {
            return member == Member.CALLS ? "function_call" : Field.super.name(member);
        }
    }

    /** A message of the deprecated role, which names the function instead of the call. */
    record OfFunctionResult(int index) implements Field {
        @Override
        public String path() {
            return "messages." + index;
        }

        @Override
        public String name(Member member) {
            return member == Member.ANSWERED ? "name" : Field.super.name(member);
        }
    }

    /** @param index in {@code tool_calls} of the message */
    record OfCall(int message, int index) implements Field {
        @Override
        public String path() {
            return "messages." + message + ".tool_calls." + index;
        }
    }

    /** The deprecated form of a call. It has the signature of its message. */
    record OfFunctionCall(int message) implements Field {
        @Override
        public String path() {
            return "messages." + message + ".function_call";
        }

        @Override
        public String name(Member member) {
            return member == Member.NAME ? "name" : Field.super.name(member);
        }

        @Override
        public String path(Member member) {
            return switch (member) {
                case SIGNATURE, EXTRAS -> "messages." + message + "." + name(member);
                default -> path() + "." + name(member);
            };
        }
    }

    /** @param index in {@code images} of the message */
    record OfImage(int message, int index) implements Field {
        @Override
        public String path() {
            return "messages." + message + ".images." + index;
        }
    }

    /** @param index in {@code tools} */
    record OfTool(int index) implements Field {
        @Override
        public String path() {
            return "tools." + index;
        }
    }

    /** @param index in the deprecated {@code functions} */
    record OfFunction(int index) implements Field {
        @Override
        public String path() {
            return "functions." + index;
        }

        @Override
        public String name(Member member) {
            return switch (member) {
                case NAME -> "name";
                case PARAMETERS -> "parameters";
                default -> Field.super.name(member);
            };
        }
    }

    /** @param path of the member with the media; its video settings are members of the same object; there are at most a hundred */
    record OfMedium(String path) implements Field {
        @Override
        public String path(Member member) {
            String owner = member == Member.VIDEO ? path.substring(0, path.lastIndexOf('.')) : path;
            return owner + "." + name(member);
        }
    }
}
