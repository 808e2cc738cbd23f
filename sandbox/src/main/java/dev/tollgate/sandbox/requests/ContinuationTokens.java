package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.routes.SandboxModel;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tokens with which the same request gets the rest of a response that was stopped before its end (protocol 2.5). Each has an HMAC over project,
 * model and request without its token and maximum: another request, key or model is seen. Immutable.
 */
public final class ContinuationTokens {

    /** The most tokens of one hop, thoughts included. */
    public static final int HOP_TOKENS_MAX = 65_536;

    /** The most tokens of a hop if the response comes whole. */
    public static final int UNSTREAMED_TOKENS_MAX = 32_768;

    private static final String FIELD = "continuationToken";
    private static final String CONFIG = "generationConfig";
    private static final String MAXIMUM = "maxOutputTokens";
    private static final Pattern FORM =
            Pattern.compile("sandbox hop (\\d{1,5}) (\\d{1,7}) (\\d{1,9}) (\\d{1,7}) (\\d{1,7}) ([0-9a-f]{64})");

    private final SecretKeySpec key;

    /**
     * A place in a response.
     *
     * @param hops how many have ended before it
     * @param events that lie before it in full; of those behind them texts are cut by their bytes
     * @param bytes of text before it
     * @param visible tokens before it
     * @param thoughts tokens of thoughts before it
     */
    public record Place(int hops, int events, long bytes, int visible, int thoughts) {

        public static final Place START = new Place(0, 0, 0, 0, 0);
    }

    public ContinuationTokens(long seed) {
        this.key = new SecretKeySpec(("continuation tokens of " + seed).getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    public static boolean isIn(GoogleRequest ask) {
        return ask.body().has(FIELD);
    }

    /** Returns the most that a request may ask for, over all hops. */
    static int outputTokensMax(GoogleRequest ask) {
        return ask.model().gemini4() && ask.terms().asksLong()
                ? SandboxModel.INPUT_TOKENS_MAX
                : ask.model().images().outputTokensMax();
    }

    /** Returns the token of a place in the response to a request. */
    public String of(GoogleRequest ask, Place place) {
        String text = "sandbox hop %d %d %d %d %d "
                .formatted(place.hops(), place.events(), place.bytes(), place.visible(), place.thoughts());
        return Base64.getEncoder().encodeToString((text + mac(ask, text)).getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the place at which a request goes on; the start without a token. */
    public Place place(GoogleRequest ask) {
        if (!isIn(ask)) {
            return Place.START;
        }
        String token = decoded(JsonTrees.text(ask.body(), FIELD));
        Matcher form = FORM.matcher(token);
        boolean isOurs = form.matches()
                && mac(ask, token.substring(0, token.lastIndexOf(' ') + 1)).equals(form.group(6));
        require(isOurs && ask.terms().asksLong(), "Invalid continuation token.");
        return new Place(
                Integer.parseInt(form.group(1)),
                Integer.parseInt(form.group(2)),
                Long.parseLong(form.group(3)),
                Integer.parseInt(form.group(4)),
                Integer.parseInt(form.group(5)));
    }

    private static String decoded(String token) {
        try {
            byte[] bytes =
                    Base64.getMimeDecoder().decode(token.replace('-', '+').replace('_', '/'));
            return new String(bytes, StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }

    /** Returns the request without its token. */
    public static GoogleRequest first(GoogleRequest ask) {
        if (!isIn(ask)) {
            return ask;
        }
        ObjectNode body = JsonTrees.object();
        body.setAll(ask.body());
        body.remove(FIELD);
        return new GoogleRequest(ask.model(), body, ask.terms());
    }

    /** Returns what stays the same from hop to hop: the body without token and maximum. */
    public static ObjectNode unchanging(GoogleRequest ask) {
        ObjectNode body = JsonTrees.object();
        body.setAll(ask.body());
        body.remove(FIELD);
        if (ask.config() instanceof ObjectNode config && config.has(MAXIMUM)) {
            ObjectNode rest = JsonTrees.object();
            rest.setAll(config);
            rest.remove(MAXIMUM);
            body.set(CONFIG, rest);
        }
        return body;
    }

    private String mac(GoogleRequest ask, String place) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update((ask.terms().caller().project() + "\n" + ask.model().name() + "\n" + place)
                    .getBytes(StandardCharsets.UTF_8));
            return HexFormat.of()
                    .formatHex(mac.doFinal(JsonTrees.write(unchanging(ask)).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 belongs to every JDK", e);
        }
    }
}
