package dev.tollgate.upstreams.sessions;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.sessions.CallPrompt.Earlier;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The use of the provider's cache by a call (E86). Explains a charge and never changes one.
 *
 * @param session the word for what names the session
 * @param expectedTokens the tokens of an earlier prompt that this one begins with, too
 * @param cachedTokens as the upstream has reported them
 * @param miss why fewer were cached than the half; null if the half was
 * @param changedAt the caller's field where the prompt differs from the earlier one; null unless that is the reason
 * @param idleSeconds the time since the earlier prompt; null if this node knows none
 * @param savedMicros micro-credits; null, like the next, if the price has no rate for cached tokens
 * @param missedMicros what the expected tokens cost more because they were not cached
 */
public record CacheUse(
        String session,
        long expectedTokens,
        long cachedTokens,
        @Nullable Miss miss,
        @Nullable String changedAt,
        @Nullable Long idleSeconds,
        @Nullable Long savedMicros,
        @Nullable Long missedMicros) {

    private static final long EXPIRED_MILLIS = 60 * 60 * 1_000;
    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    /** The reasons, the first that holds counts. */
    public enum Miss {
        BELOW_MINIMUM,
        FIRST_CALL,
        NO_RECORD,
        PREFIX_CHANGED,
        OTHER_CHANNEL,
        TRANSLATION_CHANGED,
        EXPIRED,
        PROVIDER;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param usage as the upstream has reported it
     * @param minTokens the tokens of the shortest prompt that the provider caches
     * @param project the place of the project that answered
     */
    public static CacheUse of(CallPrompt prompt, Usage usage, long minTokens, Tariff tariff, long project) {
        Earlier earlier = prompt.earlier();
        long cached = usage.cachedTokens();
        long expected = earlier == null || earlier.bytes() == 0
                ? 0
                : earlier.tokens() * earlier.commonBytes() / earlier.bytes();
        boolean isServed = earlier != null && isHalf(earlier) && 2 * cached >= expected;
        Miss miss = isServed ? null : miss(prompt, earlier, usage.promptTokens() < minTokens, project);
        PriceRates rates = tariff.of(usage);
        boolean isPriced = tariff.has(Rate.CACHED_INPUT);
        long lessMicros = rates.inputMicros() - rates.cachedMicros();
        return new CacheUse(
                prompt.session().source(),
                expected,
                cached,
                miss,
                miss == Miss.PREFIX_CHANGED && earlier != null ? earlier.changedAt() : null,
                earlier == null ? null : earlier.idleMillis() / 1_000,
                isPriced ? micros(cached, lessMicros) : null,
                isPriced ? micros(Math.max(0, expected - cached), lessMicros) : null);
    }

    private static boolean isHalf(Earlier earlier) {
        return 2 * earlier.commonBytes() >= earlier.bytes();
    }

    private static Miss miss(CallPrompt prompt, @Nullable Earlier earlier, boolean isShort, long project) {
        if (isShort) {
            return Miss.BELOW_MINIMUM;
        } else if (!prompt.parts().hasAnswer()) {
            return Miss.FIRST_CALL;
        } else if (earlier == null) {
            return Miss.NO_RECORD;
        }
        if (!isHalf(earlier) && earlier.changedAt() != null) {
            return Miss.PREFIX_CHANGED;
        } else if (earlier.project() != project) {
            return Miss.OTHER_CHANNEL;
        } else if (!isHalf(earlier)) {
            return Miss.TRANSLATION_CHANGED;
        }
        return earlier.idleMillis() >= EXPIRED_MILLIS ? Miss.EXPIRED : Miss.PROVIDER;
    }

    private static long micros(long tokens, long microsPerMillion) {
        return BigInteger.valueOf(tokens)
                .multiply(BigInteger.valueOf(microsPerMillion))
                .divide(MILLION)
                .longValueExact();
    }
}
