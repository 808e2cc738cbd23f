package dev.tollgate.protocols.chat;

import dev.tollgate.base.config.Settings;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides between a stream and one JSON body (D1, D52). An explicit {@code stream} always wins. Without it, the model's default holds, except for
 * clients that show that they expect no stream.
 */
record StreamRule(Settings.JsonClients jsonClients) {

    /** @param header the request's header of that lower-case name, or null */
    boolean streams(@Nullable Boolean stream, boolean modelDefault, Function<String, @Nullable String> header) {
        if (stream != null) {
            return stream;
        }
        Set<String> accepted = types(header.apply("accept"));
        if (accepted.contains("text/event-stream")) {
            return true;
        }
        boolean wantsJson = jsonClients.acceptJson() && accepted.contains("application/json");
        return modelDefault && !wantsJson && !isJsonClient(header);
    }

    /** Returns the media types in an {@code Accept} header, without their weights. */
    private static Set<String> types(@Nullable String accept) {
        Set<String> types = new HashSet<>();
        for (String range : lowerCase(accept).split(",", -1)) {
            int params = range.indexOf(';');
            types.add((params < 0 ? range : range.substring(0, params)).strip());
        }
        return types;
    }

    private boolean isJsonClient(Function<String, @Nullable String> header) {
        String agent = lowerCase(header.apply("user-agent"));
        Set<String> products = products(agent);
        return jsonClients.headers().stream().anyMatch(name -> header.apply(name) != null)
                || jsonClients.agentParts().stream().anyMatch(agent::contains)
                || jsonClients.products().stream().anyMatch(products::contains);
    }

    /** The names in {@code name/version name/version}. */
    private static Set<String> products(String agent) {
        Set<String> names = new HashSet<>();
        for (String product : agent.split(" ", -1)) {
            int version = product.indexOf('/');
            names.add(version < 0 ? product : product.substring(0, version));
        }
        return names;
    }

    private static String lowerCase(@Nullable String value) {
        return value == null ? "" : value.toLowerCase(Locale.ROOT);
    }
}
