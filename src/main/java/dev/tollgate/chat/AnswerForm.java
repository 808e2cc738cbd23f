package dev.tollgate.chat;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether an answer is a stream or one JSON body (D1). An explicit {@code stream} always wins; where it is absent, the model's
 * default holds, except for clients that show that they cannot take a stream.
 */
final class AnswerForm {

    private final List<String> jsonUserAgents;

    /** @param jsonUserAgents parts of a user agent's name, lower case, whose owners omit {@code stream} and expect JSON */
    AnswerForm(List<String> jsonUserAgents) {
        this.jsonUserAgents = List.copyOf(jsonUserAgents);
    }

    boolean streams(
            @Nullable Boolean stream,
            boolean modelDefault,
            @Nullable String accept,
            @Nullable String stainlessLanguage,
            @Nullable String userAgent) {
        if (stream != null) {
            return stream;
        }
        String accepted = accept == null ? "*/*" : accept.toLowerCase(Locale.ROOT);
        if (accepted.contains("text/event-stream")) {
            return true;
        }
        return modelDefault && !wantsJson(accepted) && stainlessLanguage == null && !isJsonClient(userAgent);
    }

    private static boolean wantsJson(String accept) {
        return accept.contains("application/json") && !accept.contains("*/*") && !accept.contains("text/*");
    }

    private boolean isJsonClient(@Nullable String userAgent) {
        String agent = userAgent == null ? "" : userAgent.toLowerCase(Locale.ROOT);
        return jsonUserAgents.stream().anyMatch(agent::contains);
    }
}
