package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.running.ContextOverflow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.ErrorReader;
import dev.tollgate.upstreams.connections.NotAdmitted;
import dev.tollgate.upstreams.connections.RateLimit;
import dev.tollgate.upstreams.connections.RetryHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Tells what a Google error means for the call (protocol 2.3, 4.7). A body may be JSON, an array with it, HTML or nothing. The
 * detail is for the log and holds neither the key nor a project's name.
 */
public final class GeminiErrors implements ErrorReader {

    private static final int DETAIL_CHARS_MAX = 300;
    private static final int SCRUBBED_CHARS_MAX = 64 * 1024;

    private static final Pattern BLANKS = Pattern.compile("[\\p{Cntrl}\\s]+");

    private static final Pattern SECRETS = Pattern.compile(
            "AIza[0-9A-Za-z_-]{20,}|ya29\\.[0-9A-Za-z._-]+|\\b(projects?[/ :#'\"]+)[A-Za-z0-9:._-]+",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern OUR_TROUBLE =
            Pattern.compile("location|billing|project|api key", Pattern.CASE_INSENSITIVE);

    /** The sentences of the Gemini API, with and without a count, and of Vertex AI (protocol 2.3). */
    private static final List<Pattern> TOO_LONG = List.of(
            Pattern.compile(
                    "input token count (?:\\((?<tokens>\\d{1,12})\\) )?exceeds the maximum number of tokens allowed"
                            + "(?: \\(?(?<max>\\d{1,12})\\b)?"),
            Pattern.compile(
                    "input token count is (?<tokens>\\d{1,12}) but (?:the )?model only supports up to (?<max>\\d{1,12})\\b"));

    private static final Set<String> OUR_REASONS = Set.of(
            "API_KEY_INVALID",
            "API_KEY_EXPIRED",
            "API_KEY_SERVICE_BLOCKED",
            "API_KEY_IP_ADDRESS_BLOCKED",
            "API_KEY_HTTP_REFERRER_BLOCKED",
            "BILLING_DISABLED",
            "CONSUMER_INVALID",
            "CONSUMER_SUSPENDED",
            "SERVICE_DISABLED");

    private final Supplier<String> secret;
    private final BooleanSupplier mayHaveExpired;
    private final InstantSource clock;

    /** @param secret the credential, never to be shown */
    public GeminiErrors(String secret) {
        this(() -> secret, () -> false, InstantSource.system());
    }

    /**
     * @param secret the credential as it is now, never to be shown
     * @param mayHaveExpired asked on a 401: whether another credential will be shown next time
     * @param clock for waits that are named by their end
     */
    public GeminiErrors(Supplier<String> secret, BooleanSupplier mayHaveExpired, InstantSource clock) {
        this.secret = secret;
        this.mayHaveExpired = mayHaveExpired;
        this.clock = clock;
    }

    @Override
    public UpstreamFailure of(int status, byte[] body, RetryHeaders headers) {
        return failure(status, ErrorReader.error(body), text(body), headers);
    }

    @Override
    public UpstreamFailure of(JsonNode error) {
        return failure(error.path("code").asInt(0), error, error.toString(), RetryHeaders.NONE);
    }

    @Override
    public UpstreamFailure of(Kind kind, String detail) {
        return new UpstreamFailure(kind, null, scrubbed(detail));
    }

    /** Returns the failure of a request that got no response. */
    public UpstreamFailure whyNot(Throwable why) {
        return why instanceof NotAdmitted refused ? refused.failure() : of(Kind.UNAVAILABLE, String.valueOf(why));
    }

    private UpstreamFailure failure(int status, JsonNode error, String text, RetryHeaders headers) {
        String message = error.path("message").asString(text);
        RateLimit limit = new RateLimit(error, message);
        Kind kind = kind(ErrorReader.meant(status, error), error, limit);
        String detail = "HTTP %d %s: %s".formatted(status, error.path("status").asString(""), message);
        ContextOverflow overflow = kind == Kind.REFUSED ? ContextOverflow.in(message, TOO_LONG) : null;
        if (overflow != null) {
            return UpstreamFailure.tooLong(overflow, scrubbed(detail));
        }
        boolean quota = kind == Kind.QUOTA || kind == Kind.DAY_QUOTA;
        Instant now = clock.instant();
        Duration wait = quota ? limit.wait(headers, now) : headers.retryAfter(now);
        return new UpstreamFailure(kind, wait, scrubbed(detail));
    }

    private Kind kind(int status, JsonNode error, RateLimit limit) {
        return switch (status) {
            case 400 -> isOurTrouble(error) ? Kind.MISCONFIGURED : refusal(error);
            case 401 -> mayHaveExpired.getAsBoolean() ? Kind.UNAVAILABLE : Kind.MISCONFIGURED;
            case 404 -> isModel(error) ? Kind.REPLACED : Kind.MISCONFIGURED;
            case 403, 405 -> Kind.MISCONFIGURED;
            case 429 -> limit.kind();
            case 408, 409, 499 -> Kind.UNAVAILABLE;
            default ->
                switch (status / 100) {
                    case 3 -> Kind.MISCONFIGURED;
                    case 4 -> Kind.REFUSED;
                    default -> Kind.UNAVAILABLE;
                };
        };
    }

    /** Returns whether the model is missing, and not the path: {@code AnsweringModel} knows whether there is another one. */
    private static boolean isModel(JsonNode error) {
        return error.path("status").asString("").equals("NOT_FOUND")
                && error.path("message").asString("").contains("models/");
    }

    private static Kind refusal(JsonNode error) {
        String message = error.path("message").asString("");
        return ErrorReader.refusesSignature(message) ? Kind.SIGNATURE : Kind.REFUSED;
    }

    /** D45: a 400 that speaks of our key, project or location. */
    private static boolean isOurTrouble(JsonNode error) {
        String message = error.path("message").asString("");
        boolean reason = error.path("details")
                .valueStream()
                .anyMatch(detail -> OUR_REASONS.contains(detail.path("reason").asString("")));
        boolean precondition = error.path("status").asString("").equals("FAILED_PRECONDITION");
        return reason
                || message.startsWith("API key")
                || (precondition && OUR_TROUBLE.matcher(message).find());
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    private String scrubbed(String detail) {
        String bounded = detail.substring(0, Math.min(detail.length(), SCRUBBED_CHARS_MAX));
        String shown = secret.get();
        String clean = shown.isEmpty() ? bounded : bounded.replace(shown, "[key]");
        clean = SECRETS.matcher(clean).replaceAll(m -> m.group(1) == null ? "[key]" : "$1[project]");
        clean = BLANKS.matcher(clean).replaceAll(" ").strip();
        return clean.length() > DETAIL_CHARS_MAX ? clean.substring(0, DETAIL_CHARS_MAX) + "…" : clean;
    }
}
