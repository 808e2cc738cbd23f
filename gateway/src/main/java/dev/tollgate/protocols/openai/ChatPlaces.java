package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.Place.Names;

/** The names of a conversation's parts in a body of this protocol. */
public final class ChatPlaces {

    public static final Names NAMES = ChatPlaces::name;

    /** An assistant message whose only call has the deprecated form, and that call. It has the signature of its message. */
    public static final Names CALLER =
            NAMES.with(Member.CALLS, "function_call").with(Member.NAME, "function_call.name");

    /** A message of the deprecated role, which names the function instead of the call. */
    static final Names RESULT = NAMES.with(Member.ANSWERED, "name");

    /** An element of the deprecated {@code functions}. */
    public static final Names FUNCTION = NAMES.with(Member.NAME, "name").with(Member.PARAMETERS, "parameters");

    private ChatPlaces() {}

    /** Returns the names in a body that says in OpenRouter's words how much is thought, or whether thoughts are shown. @param showsThoughts whether no other field does */
    static Names with(Reasoning reasoning, boolean showsThoughts) {
        String field = reasoning.field();
        Names shown = showsThoughts ? NAMES.with(Member.INCLUDE_THOUGHTS, reasoning.shownField()) : NAMES;
        return field == null
                ? shown
                : shown.with(Member.REASONING_EFFORT, field)
                        .with(Member.THINKING, field)
                        .with(Member.THINKING_BUDGET, field);
    }

    private static String name(Member member) {
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
            case INCLUDE_THOUGHTS -> "include_thoughts";
            case THINKING -> "google.thinking_config";
            case THINKING_SHOWN -> "google.thinking_config.include_thoughts";
            case THINKING_BUDGET -> "google.thinking_config.thinking_budget";
            case THINKING_LEVEL -> "google.thinking_config.thinking_level";
            case SAFETY -> "google.safety_settings";
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
            case VIDEO -> "../video_metadata";
        };
    }
}
