package dev.tollgate.chat;

import dev.tollgate.config.Settings;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Whether an answer is a stream or one JSON body (D1). An explicit {@code stream} always wins; where it is absent, the model's
 * default holds, except for clients that show that they cannot take a stream.
 */
final class AnswerForm {

    private final Settings.JsonClients jsonClients;

    AnswerForm(Settings.JsonClients jsonClients) {
        this.jsonClients = jsonClients;
    }

    /** @param header the request's header of that lower-case name, or null */
    boolean streams(@Nullable Boolean stream, boolean modelDefault, Function<String, @Nullable String> header) {
        if (stream != null) {
            return stream;
        }
        String accept = lowerCase(header.apply("accept"));
        if (accept.contains("text/event-stream")) {
            return true;
        }
        return modelDefault && !wantsJson(accept) && !isJsonClient(header);
    }

    private boolean wantsJson(String accept) {
        return jsonClients.acceptJson() && accept.contains("application/json") && !accept.contains("*");
    }

    private boolean isJsonClient(Function<String, @Nullable String> header) {
        String agent = lowerCase(header.apply("user-agent"));
        return jsonClients.headers().stream().anyMatch(name -> header.apply(name) != null)
                || jsonClients.agentParts().stream().anyMatch(agent::contains);
    }

    private static String lowerCase(@Nullable String value) {
        return value == null ? "" : value.toLowerCase(Locale.ROOT);
    }
}
