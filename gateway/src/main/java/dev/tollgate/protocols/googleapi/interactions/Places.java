package dev.tollgate.protocols.googleapi.interactions;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.protocols.googleapi.RefusedField;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The caller's names of the fields of a native request, for refusals and for the list of ignored fields (Y42). For one request. */
final class Places {

    /** Native members below a known place, the longer names before the shorter, and the caller's. */
    private static final List<Map.Entry<String, String>> BELOW = List.of(
            Map.entry(".inline_data.data", ".data"),
            Map.entry(".inline_data.mime_type", ".mime_type"),
            Map.entry(".inline_data", ""),
            Map.entry(".file_data.file_uri", ".uri"),
            Map.entry(".file_data.mime_type", ".mime_type"),
            Map.entry(".file_data", ""),
            Map.entry(".media_resolution.level", ".resolution"),
            Map.entry(".media_resolution", ".resolution"),
            Map.entry(".function_call.name", ".name"),
            Map.entry(".function_call.args", ".arguments"),
            Map.entry(".function_call", ""),
            Map.entry(".function_response.response", ".result"),
            Map.entry(".function_response.name", ".name"),
            Map.entry(".function_response.parts", ".result"),
            Map.entry(".function_response", ""),
            Map.entry(".thought_signature", ".signature"),
            Map.entry(".parameters_json_schema", ".parameters"),
            Map.entry(".category", ".type"),
            Map.entry(".parts", ""));

    private final Map<String, String> places = new HashMap<>(Map.of(
            "tool_config.function_calling_config", "generation_config.tool_choice",
            "tool_config.retrieval_config", "tools",
            "generation_config.thinking_config.include_thoughts", "generation_config.thinking_summaries",
            "generation_config.thinking_config.thinking_level", "generation_config.thinking_level",
            "generation_config.thinking_config", "generation_config.thinking_level",
            "generation_config.response_modalities", "response_modalities",
            "generation_config.response_mime_type", "response_mime_type",
            "generation_config.response_json_schema", "response_format",
            "service_tier", "service_tier",
            "contents", "input"));

    /** @param own the place in the native request, in snake case @param callers the caller's field */
    void put(String own, String callers) {
        places.put(own, callers);
    }

    /** Returns the caller's name of a field of the native request, which may be in either case. */
    String of(String path) {
        String snake = snake(path);
        String known = find(snake);
        return known == null ? snake : known;
    }

    private static String snake(String path) {
        return path.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** Returns null if the field is nowhere in the caller's request. */
    private @Nullable String find(String snake) {
        for (int end = snake.length();
                end > 0;
                end = Math.max(snake.lastIndexOf('.', end - 1), snake.lastIndexOf('[', end - 1))) {
            String known = places.get(snake.substring(0, end));
            if (known != null) {
                return known + below(snake.substring(end));
            }
        }
        return null;
    }

    private static String below(String rest) {
        for (Map.Entry<String, String> member : BELOW) {
            if (rest.startsWith(member.getKey())) {
                return member.getValue() + rest.substring(member.getKey().length());
            }
        }
        return rest;
    }

    /** Returns an error whose field has, like the field at the beginning of its message, the caller's names. */
    ApiError of(ApiError error) {
        String param = error.param() == null ? null : of(error.param());
        return error.about(param, message(error.message()));
    }

    private String message(String words) {
        RefusedField field = RefusedField.of(words);
        if (field == null) {
            return words;
        }
        String before = field.before().startsWith("*") ? "" : field.before();
        String known = find(snake(field.path()));
        return before + (known == null ? field.path() : known) + field.after();
    }
}
