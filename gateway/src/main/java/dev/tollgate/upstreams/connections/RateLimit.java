package dev.tollgate.upstreams.connections;

import dev.tollgate.running.UpstreamFailure.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A 429, on every kind of channel: whose limit it is, and when to come back. Google's details also come through servers that speak OpenAI's
 * protocol.
 *
 * @param error the error object in the body, or a missing node
 * @param message its words
 */
public record RateLimit(JsonNode error, String message) {

    /**
     * The account's own trouble, which no wait ends. Google's usual "check your plan and billing details" is not among it: that is an
     * ordinary quota.
     */
    private static final Pattern OF_THE_ACCOUNT = Pattern.compile(
            "\\bcredits? (?:are|is|have been|has been|were) (?:depleted|exhausted|used up)"
                    + "|\\bused all (?:of (?:your|its) )?(?:available |prepaid )?credits"
                    + "|\\binsufficient (?:account )?(?:balance|credits?|funds)\\b"
                    + "|\\bbalance is (?:too low|insufficient|exhausted|negative)"
                    + "|\\bbilling (?:account )?(?:\\S{1,80} )?(?:is|has been|was) (?:disabled|closed|suspended|not (?:active|enabled))"
                    + "|\\b(?:spending|spend) cap\\b|\\bbilling hard limit\\b"
                    + "|\\baccount \\S{0,80} ?(?:is|has been|was) suspended"
                    + "|\\blimit:? ?0(?![\\d.,]*\\d)",
            Pattern.CASE_INSENSITIVE);

    /** Returns {@code MISCONFIGURED} if the account itself is refused, else {@code DAY_QUOTA} or {@code QUOTA}. */
    public Kind kind() {
        if (isNothing() || OF_THE_ACCOUNT.matcher(message).find()) {
            return Kind.MISCONFIGURED;
        }
        return isOfTheDay() ? Kind.DAY_QUOTA : Kind.QUOTA;
    }

    /** Returns whether a limit is 0, or billing is off. */
    private boolean isNothing() {
        return violations().anyMatch(it -> it.path("quotaValue").asString("").equals("0"))
                || details()
                        .anyMatch(it -> it.path("metadata")
                                        .path("quota_limit_value")
                                        .asString("")
                                        .equals("0")
                                || it.path("reason").asString("").equals("BILLING_DISABLED"));
    }

    /** A quota of the day is not back soon, whatever delay comes with it. */
    private boolean isOfTheDay() {
        return violations().anyMatch(it -> it.path("quotaId").asString("").contains("PerDay"));
    }

    private Stream<JsonNode> details() {
        return error.path("details").valueStream();
    }

    private Stream<JsonNode> violations() {
        return details().flatMap(detail -> detail.path("violations").valueStream());
    }

    /**
     * Returns the first wait above nothing: Google's RetryInfo, {@code retry-after-ms} and {@code retry-after}, {@code x-ratelimit-reset-*},
     * or the message's words.
     *
     * @param now by our clock
     * @return null if none is named
     */
    public @Nullable Duration wait(RetryHeaders headers, Instant now) {
        Duration retryInfo = details()
                .map(detail -> RetryTimes.wait(detail.path("retryDelay").asString("")))
                .filter(Objects::nonNull)
                .reduce((_, last) -> last)
                .orElse(null);
        Duration[] named = {retryInfo, headers.retryAfter(now), headers.reset(now), RetryTimes.inWords(message)};
        return Arrays.stream(named)
                .filter(wait -> wait != null && wait.isPositive())
                .findFirst()
                .orElse(headers.retryAfter(now));
    }
}
