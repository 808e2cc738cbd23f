package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * The place at which a response was stopped before its end, in a token for the caller (protocol 2.5). The same request with the token gets the
 * rest. The token counts the events that were sent, since the same request always makes the same events.
 */
public final class ContinuationToken {

    private static final String FIELD = "continuationToken";
    private static final Pattern FORM = Pattern.compile("sandbox continuation ([1-9]\\d{0,5})");

    private ContinuationToken() {}

    /** Returns a token for the rest of a response after its first events. */
    public static String after(int events) {
        byte[] place = ("sandbox continuation " + events).getBytes(StandardCharsets.US_ASCII);
        return Base64.getEncoder().encodeToString(place);
    }

    /** Returns the number of events that earlier hops have sent; 0 without a token. */
    public static int eventsSent(GoogleRequest ask) {
        return ask.body().has(FIELD) ? events(ask) : 0;
    }

    private static int events(GoogleRequest ask) {
        Matcher token = FORM.matcher(decoded(JsonTrees.text(ask.body(), FIELD)));
        require(token.matches(), "Invalid continuation token.");
        return Integer.parseInt(token.group(1));
    }

    private static String decoded(String token) {
        try {
            return new String(Base64.getMimeDecoder().decode(token), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }

    /** Returns the request of the first hop. */
    public static GoogleRequest first(GoogleRequest ask) {
        if (!ask.body().has(FIELD)) {
            return ask;
        }
        ObjectNode body = JsonTrees.object();
        body.setAll(ask.body());
        body.remove(FIELD);
        return new GoogleRequest(ask.model(), body, ask.terms());
    }
}
