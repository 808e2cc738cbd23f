package dev.tollgate.keys;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.limits.Quotas;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The rate limits in the headers that OpenAI's clients know (protocol 3.5), and in Anthropic's (E26). */
public final class RateHeaders {

    private RateHeaders() {}

    /** The tightest limits. @param headers takes names and values */
    public static void show(Quotas.Standing standing, BiConsumer<String, String> headers) {
        show("requests", standing.requests(), headers);
        show("tokens", standing.tokens(), headers);
    }

    private static void show(String what, Quotas.@Nullable Level level, BiConsumer<String, String> headers) {
        if (level != null) {
            headers.accept("x-ratelimit-limit-" + what, Long.toString(level.limit()));
            headers.accept("x-ratelimit-remaining-" + what, Long.toString(level.remaining()));
            headers.accept("x-ratelimit-reset-" + what, level.resetText());
        }
    }

    /** The tightest limits as Anthropic's clients know them. @param headers takes names and values */
    public static void showAnthropics(Quotas.Standing standing, Instant now, BiConsumer<String, String> headers) {
        showAnthropics("requests", standing.requests(), now, headers);
        showAnthropics("tokens", standing.tokens(), now, headers);
    }

    private static void showAnthropics(
            String what, Quotas.@Nullable Level level, Instant now, BiConsumer<String, String> headers) {
        if (level != null) {
            String name = "anthropic-ratelimit-" + what;
            Instant reset = now.plus(level.reset()).plusNanos(999_999_999);
            headers.accept(name + "-limit", Long.toString(level.limit()));
            headers.accept(name + "-remaining", Long.toString(level.remaining()));
            headers.accept(
                    name + "-reset", reset.truncatedTo(ChronoUnit.SECONDS).toString());
        }
    }

    /** A 429 for a call that leaves half of each limit to those whose callers wait. */
    public static ApiError halfUsed(Quotas.OverLimit used) {
        String what =
                switch (used.limit()) {
                    case REQUESTS -> used.most() + " requests a minute";
                    case TOKENS -> used.most() + " tokens a minute";
                    case CONCURRENCY -> used.most() + " running calls";
                };
        return ApiError.of(
                        ErrorCode.RATE_LIMIT_EXCEEDED,
                        "Half of what " + used.quota().subject() + " may use"
                                + used.quota().object() + ", " + what
                                + ", is left to calls whose callers wait.")
                .retryAfter(used.retryAfter());
    }

    /** A 429 that says whose limit it was, and which. */
    public static ApiError refusal(Quotas.OverLimit refused) {
        String whose = refused.quota().subject();
        String of = refused.quota().object();
        String sentence =
                switch (refused.limit()) {
                    case REQUESTS ->
                        "Too many requests, please slow down: " + whose + " may make " + refused.most()
                                + " requests a minute" + of + ".";
                    case TOKENS ->
                        "Too many tokens, please slow down: " + whose + " may use " + refused.most()
                                + " tokens a minute" + of + ", and this call counts as " + refused.wanted()
                                + " until it has ended.";
                    case CONCURRENCY ->
                        "Too many calls at once, please slow down: " + whose + " may have " + refused.most()
                                + " running" + of + ".";
                };
        return ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, sentence).retryAfter(refused.retryAfter());
    }
}
