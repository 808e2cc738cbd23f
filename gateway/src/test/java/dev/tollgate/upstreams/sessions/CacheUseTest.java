package dev.tollgate.upstreams.sessions;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why no more of a prompt came from the provider's cache, and what that cost (E86). */
class CacheUseTest {

    private static final long MINIMUM = 4_096;
    private static final Tariff PRICED = new Tariff(
            new PriceRates(150_000_000, 750_000_000, 15_000_000, 150_000_000, 0),
            null,
            Tariff.SearchCounts.QUERIES,
            new Tariff.Tiers(5_000, 0));
    private static final long PROJECT = 1;

    private static CacheUse of(boolean hasAnswer, CallPrompt.@Nullable Earlier earlier, Usage usage, Tariff tariff) {
        PromptParts parts = new PromptParts(new PromptPrint.Making().print(0), hasAnswer, part -> "messages." + part);
        CallPrompt prompt = new CallPrompt(
                PromptMemory.ofHeap(InstantSource.system()),
                new CallSession("acct_1", "session-id", () -> 7),
                parts,
                earlier);
        return CacheUse.of(prompt, usage, MINIMUM, tariff, PROJECT);
    }

    private static Usage used(long prompt, long cached) {
        return new Usage(prompt, 0, 2, 0, cached, 0, 0, 2);
    }

    /** An earlier prompt of 10,000 tokens and 40,000 bytes. */
    private static CallPrompt.Earlier earlier(long commonBytes, long project, long idleSeconds) {
        return new CallPrompt.Earlier(10_000, 40_000, commonBytes, "messages.12", project, idleSeconds * 1_000);
    }

    @ParameterizedTest
    @CsvSource({
        "4095, false, 0, 2, 3600, 0, BELOW_MINIMUM",
        "4096, false, 0, 2, 3600, 0, FIRST_CALL",
        "4096, true, 19999, 2, 3600, 0, PREFIX_CHANGED",
        "12000, true, 19999, 2, 3600, 12000, PREFIX_CHANGED",
        "12000, true, 20000, 2, 3600, 2499, OTHER_CHANNEL",
        "12000, true, 40000, 1, 3600, 4999, EXPIRED",
        "12000, true, 40000, 1, 3599, 4999, PROVIDER",
        "12000, true, 40000, 1, 3599, 5000, ",
        "12000, true, 20000, 2, 3600, 2500, ",
        "4000, false, 40000, 1, 3599, 5000, "
    })
    void the_first_reason_that_holds_is_shown(
            long prompt,
            boolean hasAnswer,
            long common,
            long project,
            long idleSeconds,
            long cached,
            CacheUse.@Nullable Miss miss) {
        CacheUse use = of(hasAnswer, earlier(common, project, idleSeconds), used(prompt, cached), PRICED);
        assertThat(use.miss()).isEqualTo(miss);
        assertThat(use.expectedTokens()).isEqualTo(common / 4);
        assertThat(use.changedAt()).isEqualTo(miss == CacheUse.Miss.PREFIX_CHANGED ? "messages.12" : null);
    }

    @Test
    void a_session_without_an_earlier_prompt_has_no_record() {
        CacheUse use = of(true, null, used(12_000, 9_000), PRICED);
        assertThat(use.miss()).isEqualTo(CacheUse.Miss.NO_RECORD);
        assertThat(use.idleSeconds()).isNull();
        assertThat(use.savedMicros()).isEqualTo(9_000 * 135);
    }

    @Test
    void saved_and_missed_credits_are_at_the_rates_of_the_call() {
        CacheUse use = of(true, earlier(40_000, PROJECT, 94), used(12_000, 3_000), PRICED);
        assertThat(use.savedMicros()).isEqualTo(3_000 * 135);
        assertThat(use.missedMicros()).isEqualTo(7_000 * 135);
        Usage flex = used(12_000, 11_000).at(ServiceTier.FLEX);
        CacheUse more = of(true, earlier(40_000, PROJECT, 94), flex, PRICED);
        assertThat(more.savedMicros()).isEqualTo(11_000 * 135 / 2);
        assertThat(more.missedMicros()).isZero();
    }

    @Test
    void a_price_without_a_cached_rate_saves_and_misses_nothing() {
        CacheUse use = of(true, earlier(40_000, PROJECT, 94), used(12_000, 0), Tariff.of(150_000_000, 750_000_000));
        assertThat(use.savedMicros()).isNull();
        assertThat(use.missedMicros()).isNull();
    }

    @Test
    void the_largest_amounts_do_not_overflow() {
        Tariff dearest = new Tariff(
                new PriceRates(PriceRates.MAX, 1, 0, PriceRates.MAX, 0),
                null,
                Tariff.SearchCounts.QUERIES,
                Tariff.Tiers.NONE);
        CacheUse use = of(true, earlier(40_000, PROJECT, 94), used(100_000_000, 100_000_000), dearest);
        assertThat(use.savedMicros()).isEqualTo(100_000_000_000_000L);
    }
}
