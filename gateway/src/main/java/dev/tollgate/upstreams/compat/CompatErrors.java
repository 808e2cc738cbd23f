package dev.tollgate.upstreams.compat;

import dev.tollgate.running.ContextOverflow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.ErrorReader;
import dev.tollgate.upstreams.connections.RateLimit;
import dev.tollgate.upstreams.connections.RetryHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Tells what an OpenAI-compatible server's error means for the call. The detail is for the log and does not hold the key. */
final class CompatErrors implements ErrorReader {

    private static final int DETAIL_CHARS_MAX = 300;
    private static final int SCRUBBED_CHARS_MAX = 64 * 1024;

    /** Keys as OpenAI and its kin write them, whole or half masked. */
    private static final Pattern BLANKS = Pattern.compile("[\\p{Cntrl}\\s]+");

    private static final Pattern KEYS = Pattern.compile("\\b(sk|gsk|pk|org|proj)[-_][A-Za-z0-9*_-]{6,}");

    /** OpenAI's word, and llama.cpp's. */
    private static final Set<String> TOO_LONG_WORDS = Set.of("context_length_exceeded", "exceed_context_size_error");

    /**
     * The sentences of OpenAI and vLLM, which come without an error code: "your messages resulted in" or "you requested" with a number of
     * tokens.
     */
    private static final List<Pattern> TOO_LONG = List.of(
            Pattern.compile(
                    "maximum context length is (?<max>\\d{1,12}) tokens(?:[^0-9]{1,80}(?<tokens>\\d{1,12}) (?:input )?tokens)?"));

    private final String secret;
    private final InstantSource clock;

    /** @param secret the credential, never to be shown; empty where there is none */
    CompatErrors(String secret) {
        this(secret, InstantSource.system());
    }

    /** @param clock for waits that are named by their end */
    CompatErrors(String secret, InstantSource clock) {
        this.secret = secret;
        this.clock = clock;
    }

    @Override
    public UpstreamFailure of(int status, byte[] body, RetryHeaders headers) {
        return failure(status, ErrorReader.error(body), new String(body, StandardCharsets.UTF_8), headers);
    }

    @Override
    public UpstreamFailure of(Kind kind, String detail) {
        return new UpstreamFailure(kind, null, scrubbed(detail));
    }

    /** Reads an error whose code may be a status or a word. */
    @Override
    public UpstreamFailure of(JsonNode error) {
        return failure(
                error.path("code").asInt(error.path("status").asInt(0)), error, error.toString(), RetryHeaders.NONE);
    }

    private UpstreamFailure failure(int status, JsonNode error, String text, RetryHeaders headers) {
        String code = error.path("code").asString(error.path("type").asString(""));
        String message =
                error.isString() ? error.asString() : error.path("message").asString(text);
        String detail = scrubbed("HTTP %d %s: %s".formatted(status, code, message));
        RateLimit limit = new RateLimit(error, message);
        Kind kind = kind(ErrorReader.meant(status, error), code, limit);
        if (kind == Kind.REFUSED && ErrorReader.refusesSignature(message)) {
            kind = Kind.SIGNATURE;
        }
        ContextOverflow overflow = overflow(kind, error, message);
        Duration wait = kind == Kind.QUOTA ? limit.wait(headers, clock.instant()) : headers.retryAfter(clock.instant());
        return overflow == null ? new UpstreamFailure(kind, wait, detail) : UpstreamFailure.tooLong(overflow, detail);
    }

    /** Null where it is something else: the word counts whatever the status, the sentence where the request is refused. */
    private static @Nullable ContextOverflow overflow(Kind kind, JsonNode error, String message) {
        boolean said = TOO_LONG_WORDS.contains(error.path("code").asString(""))
                || TOO_LONG_WORDS.contains(error.path("type").asString(""));
        ContextOverflow told = said || kind == Kind.REFUSED ? ContextOverflow.in(message, TOO_LONG) : null;
        return told == null && said ? counted(error) : told;
    }

    /** Returns the overflow as llama.cpp reports it. */
    private static ContextOverflow counted(JsonNode error) {
        return new ContextOverflow(count(error.path("n_prompt_tokens")), count(error.path("n_ctx")));
    }

    private static @Nullable Long count(JsonNode number) {
        return number.canConvertToLong() && number.asLong() > 0 ? number.asLong() : null;
    }

    private static Kind kind(int status, String code, RateLimit limit) {
        return switch (code) {
            // OpenAI says so with a 429; money is missing, and no wait brings it back.
            case "insufficient_quota",
                    "billing_not_active",
                    "billing_hard_limit_reached",
                    "invalid_api_key",
                    "model_not_found" -> Kind.MISCONFIGURED;
            case "rate_limit_exceeded" -> limit.kind();
            case "content_policy_violation", "content_filter" -> Kind.REFUSED;
            default ->
                switch (status) {
                    case 401, 402, 403, 404, 405 -> Kind.MISCONFIGURED;
                    case 429 -> limit.kind();
                    case 408, 409, 425, 499 -> Kind.UNAVAILABLE;
                    default -> byClass(status);
                };
        };
    }

    private static Kind byClass(int status) {
        return switch (status / 100) {
            case 3 -> Kind.MISCONFIGURED;
            case 4 -> Kind.REFUSED;
            default -> Kind.UNAVAILABLE;
        };
    }

    private String scrubbed(String detail) {
        String bounded = detail.substring(0, Math.min(detail.length(), SCRUBBED_CHARS_MAX));
        String clean = secret.isEmpty() ? bounded : bounded.replace(secret, "[key]");
        clean = KEYS.matcher(clean).replaceAll("[key]");
        clean = BLANKS.matcher(clean).replaceAll(" ").strip();
        return clean.length() > DETAIL_CHARS_MAX ? clean.substring(0, DETAIL_CHARS_MAX) + "…" : clean;
    }
}
