package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.CallTexts;
import dev.tollgate.books.calls.EndedCall;
import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.books.grants.WithheldGrant;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.ReserveOutcome;
import dev.tollgate.calls.metering.Books.Trace;
import dev.tollgate.calls.metering.Bounds.UsageLimits;
import dev.tollgate.http.SpentLimit;
import dev.tollgate.models.Usage;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.running.ContextOverflow;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.testing.LimitReached;
import dev.tollgate.testing.LogCapture;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The errors for refusals and failures, a task's details of a charge, and the log lines of odd reports. */
class RefusalsTest {

    private static final Spender KEY = new Spender(Owner.KEY, "key_1", "");
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Map<String, String> SOON = Map.of("retry-after", "1", "retry-after-ms", "1000");

    @Test
    void an_empty_balance_is_shown_with_the_credits_held_by_running_calls() {
        ApiError empty = Refusals.nothingToSpend(account(0, 0), 0);
        assertThat(empty.code()).isEqualTo(ErrorCode.INSUFFICIENT_CREDITS);
        assertThat(empty.message())
                .isEqualTo("Your credit balance is too low. Please top up. No credits are available.");
        assertThat(empty.headers()).isEmpty();
        assertThat(Refusals.nothingToSpend(account(7_000_000, 0), 0).message())
                .endsWith(" 7 credits of the balance were given for nothing and buy only the sandbox's answers.");
        assertThat(Refusals.nothingToSpend(account(7_000_000, 0), 5).message())
                .as("less than the least charge of a model")
                .endsWith(
                        " 0.000005 credits are available. 6.999995 credits of the balance were given for nothing and buy only the sandbox's answers.");
        assertThat(Refusals.nothingToSpend(account(5, 0), 5).message()).endsWith(" 0.000005 credits are available.");
        ApiError held = Refusals.nothingToSpend(account(0, 1_500_000), 0);
        assertThat(held.message())
                .isEqualTo("Your credit balance is too low. Please top up. 1.5 credits are held by running calls.");
        assertThat(held.headers()).isEqualTo(SOON);
    }

    private static Account account(long balance, long reserved) {
        return new Account("acc_1", "One", NOW, false, new Balance(balance, reserved, balance + reserved, 0));
    }

    @Test
    void a_low_balance_is_shown_with_the_needed_amount() {
        ApiError low = Refusals.of(new ReserveOutcome.InsufficientCredits(1_000_000, 999_999, 2_000_000), NOW);
        assertThat(low.message())
                .isEqualTo(
                        "Your credit balance is too low. Please top up. The call needs at least 2 credits; 1 are available.");
        assertThat(low.headers()).isEmpty();
        ApiError held = Refusals.of(new ReserveOutcome.InsufficientCredits(1_000_000, 1_000_000, 2_000_000), NOW);
        assertThat(held.message()).endsWith("; 1 are available while 1 are held by running calls.");
        assertThat(held.headers()).isEqualTo(SOON);
    }

    private static ApiError withheld(long aloneMicros, WithheldGrant.Reason reason) {
        Instant expiresAt = Instant.parse("2026-12-28T00:00:00Z");
        return Refusals.of(
                new ReserveOutcome.InsufficientCredits(
                        400_000,
                        800_000,
                        1_200_000,
                        0,
                        new ReserveOutcome.OfGrants(
                                "gemini-3-pro", aloneMicros, new WithheldGrant(12, 300_000_000, expiresAt, reason))),
                NOW);
    }

    private static ApiError byLimits(long available, long alone, @Nullable Instant freesAt) {
        Instant ends = NOW.plusSeconds(7_200);
        WithheldGrant named = new WithheldGrant(
                12, 300_000_000, null, new WithheldGrant.Limited(new Limit(5, 20_000_000), 20_000_000, ends));
        return Refusals.of(
                new ReserveOutcome.InsufficientCredits(
                        available,
                        800_000,
                        1_200_000,
                        0,
                        new ReserveOutcome.OfGrants(
                                "gemini-3-pro", alone, named, new WithheldGrant.ByLimits(named, freesAt))),
                NOW);
    }

    @Test
    void a_limit_that_alone_withholds_credits_is_a_spent_limit() {
        Instant freesAt = NOW.plusSeconds(7_200);
        ApiError spent = byLimits(0, 0, freesAt);
        assertThat(spent.code().code()).isEqualTo("spend_limit_exceeded");
        assertThat(spent.message())
                .isEqualTo("Grant 12 (300 credits) gives 20 credits in 5 hours, all used until " + freesAt
                        + ". The call needs up to 1.2 credits; for gemini-3-pro 0 are available. It will reset at "
                        + freesAt + ".");
        assertThat(spent.headers()).containsEntry("x-should-retry", "false").containsEntry("retry-after", "7200");
        ApiError shown = SpentLimit.shown(spent);
        assertThat(shown.status()).isEqualTo(402);
        assertThat(shown.headers()).containsEntry("retry-after", "7200");
        ApiError never = byLimits(400_000, 400_000, null);
        assertThat(never.message()).endsWith(" 0.4 are available. Its limits do not give that much.");
        assertThat(never.headers()).containsOnlyKeys("x-should-retry");
        ApiError held = byLimits(0, 800_000, freesAt);
        assertThat(held.message()).startsWith("Your credit balance is too low.").contains("held by running calls");
        assertThat(held.headers()).isEqualTo(SOON);
    }

    @Test
    void running_calls_that_hold_all_are_the_reason_though_the_prompt_is_not_counted() {
        ApiError held = Refusals.of(new ReserveOutcome.InsufficientCredits(0, 1_000_000, 7_000_000), NOW);
        assertThat(held.message())
                .endsWith(" The call needs up to 7 credits; 0 are available while 1 are held by running calls.");
        assertThat(held.headers()).isEqualTo(SOON);
    }

    @Test
    void a_grant_that_does_not_serve_the_call_is_named_with_the_reason() {
        assertThat(withheld(400_000, new WithheldGrant.OtherModels(ModelPatterns.of("gemini-4-* a b c d e f")))
                        .message())
                .isEqualTo(
                        "Grant 12 (300 credits, until 2026-12-28) serves only gemini-4-*, a, b, c, d and 2 more."
                                + " Your credit balance is too low. Please top up. The call needs at least 1.2 credits; for gemini-3-pro 0.4 are available.");
        Limit limit = new Limit(5, 20_000_000);
        Instant two = Instant.parse("2026-11-20T14:00:00Z");
        assertThat(withheld(400_000, new WithheldGrant.Limited(limit, 20_000_000, two))
                        .message())
                .endsWith(" gives 20 credits in 5 hours, all used until 2026-11-20T14:00:00Z.");
        assertThat(withheld(400_000, new WithheldGrant.Limited(limit, 19_500_000, two))
                        .message())
                .endsWith(" gives 20 credits in 5 hours, 19.5 of them used until 2026-11-20T14:00:00Z.");
        assertThat(withheld(400_000, new WithheldGrant.NotStarted(two)).message())
                .endsWith(" Grant 12 (300 credits, until 2026-12-28) begins at 2026-11-20T14:00:00Z.");
    }

    @Test
    void a_grant_that_does_not_serve_the_call_is_named_in_figures() {
        assertThat(withheld(400_000, new WithheldGrant.OtherModels(ModelPatterns.of("gemini-4-* a b c d e f")))
                        .shortage())
                .isEqualTo(new Shortage.OfCredits(
                        1_200_000L,
                        400_000,
                        0,
                        new Shortage.Withheld(
                                12, "gemini-3-pro", List.of("gemini-4-*", "a", "b", "c", "d", "…"), 0, 0, null)));
        assertThat(withheld(400_000, new WithheldGrant.Limited(new Limit(5, 20_000_000), 20_000_000, NOW))
                        .shortage())
                .isEqualTo(new Shortage.OfCredits(
                        1_200_000L,
                        400_000,
                        0,
                        new Shortage.Withheld(12, "gemini-3-pro", List.of(), 20_000_000, 5, NOW)));
    }

    @Test
    void running_calls_are_the_reason_only_if_the_call_would_be_covered_without_them() {
        WithheldGrant.NotStarted reason = new WithheldGrant.NotStarted(NOW);
        assertThat(withheld(1_199_999, reason).headers()).isEmpty();
        ApiError held = withheld(1_200_000, reason);
        assertThat(held.headers()).isEqualTo(SOON);
        assertThat(held.message())
                .contains("; for gemini-3-pro 0.4 are available while 0.8 are held by running calls. Grant 12 ");
    }

    @Test
    void an_uncounted_need_is_shown_as_an_upper_bound() {
        assertThat(Refusals.of(new ReserveOutcome.InsufficientCredits(0, 0, 2_000_000), NOW)
                        .message())
                .endsWith(" The call needs up to 2 credits; 0 are available.");
        assertThat(limit(SpendWindow.DAY, 10_000_000, 0, NOW.plus(Duration.ofMinutes(5)))
                        .message())
                .endsWith("10 are used, the call needs up to 2. It will reset at 2026-11-20T12:05:00Z.");
    }

    private static ApiError limit(SpendWindow window, long used, long held, Instant freesAt) {
        return Refusals.of(LimitReached.by(Owner.KEY, window, 10_000_000, used, held, 2_000_000, freesAt), NOW);
    }

    @ParameterizedTest
    @CsvSource({"HOUR, hourly", "DAY, daily", "TOTAL, total"})
    void a_spend_limit_is_named_with_the_time_at_which_it_resets(SpendWindow window, String word) {
        ApiError reached = limit(window, 9_000_000, 0, NOW.plus(Duration.ofMinutes(5)));
        assertThat(reached.code()).isEqualTo(ErrorCode.SPEND_LIMIT_EXCEEDED);
        assertThat(reached.message())
                .isEqualTo(
                        "The key's " + word
                                + " spend limit of 10 credits is reached: 9 are used, the call needs at least 2. It will reset at 2026-11-20T12:05:00Z.");
        assertThat(reached.headers())
                .isEqualTo(Map.of("retry-after", "300", "retry-after-ms", "300000", "x-should-retry", "false"));
    }

    @Test
    void an_account_s_spend_limit_is_named_as_its_own() {
        ApiError reached = Refusals.of(
                LimitReached.by(Owner.ACCOUNT, SpendWindow.TOTAL, 10_000_000, 9_000_000, 0, 2_000_000, null), NOW);
        assertThat(reached.message())
                .isEqualTo(
                        "The account's total spend limit of 10 credits is reached: 9 are used by all its keys, the call needs"
                                + " at least 2. It does not reset by itself.");
    }

    @Test
    void a_spend_limit_that_never_resets_is_not_worth_trying_again() {
        ApiError reached = limit(SpendWindow.TOTAL, 9_000_000, 0, null);
        assertThat(reached.message()).endsWith(", the call needs at least 2. It does not reset by itself.");
        assertThat(reached.headers()).isEqualTo(Map.of("x-should-retry", "false"));
    }

    @Test
    void a_call_above_the_whole_spend_limit_gets_no_reset_time() {
        ApiError reached = Refusals.of(
                LimitReached.by(
                        Owner.KEY, SpendWindow.DAY, 1_999_999, 0, 0, 2_000_000, NOW.plus(Duration.ofMinutes(5))),
                NOW);
        assertThat(reached.message())
                .isEqualTo(
                        "The call is too large for the key's daily spend limit of 1.999999 credits: it needs at least 2, more"
                                + " than the whole limit.");
        assertThat(reached.headers()).isEqualTo(Map.of("x-should-retry", "false"));
        ApiError exact = Refusals.of(
                LimitReached.by(
                        Owner.KEY, SpendWindow.DAY, 2_000_000, 1, 0, 2_000_000, NOW.plus(Duration.ofMinutes(5))),
                NOW);
        assertThat(exact.message()).endsWith(" least 2. It will reset at 2026-11-20T12:05:00Z.");
    }

    @Test
    void a_limit_of_0_gets_no_reset_time() {
        ApiError reached = Refusals.of(
                LimitReached.by(Owner.TEAM, SpendWindow.MONTH, 0, 0, 0, 2_000_000, NOW.plus(Duration.ofDays(5))), NOW);
        assertThat(reached.message())
                .isEqualTo(
                        "The call is too large for the team's monthly spend limit of 0 credits: it needs up to 2, more than the whole limit.");
        assertThat(reached.headers()).isEqualTo(Map.of("x-should-retry", "false"));
    }

    @Test
    void an_uncounted_call_above_the_whole_limit_is_promised_nothing() {
        ApiError used = Refusals.of(
                LimitReached.by(
                        Owner.KEY, SpendWindow.DAY, 1_000_000, 1_000_000, 0, 2_000_000, NOW.plus(Duration.ofHours(5))),
                NOW);
        assertThat(used.message())
                .endsWith("the call needs up to 2, which may be more than the whole limit."
                        + " A new window begins at 2026-11-20T17:00:00Z.");
        ApiError held = Refusals.of(
                LimitReached.by(Owner.KEY, SpendWindow.TOTAL, 1_000_000, 400_000, 600_000, 2_000_000, null), NOW);
        assertThat(held.message())
                .endsWith("0.6 are held by running calls, the call needs up to 2, which may be more than the whole"
                        + " limit.");
        assertThat(held.headers()).isEqualTo(SOON);
    }

    @Test
    void a_spend_limit_that_running_calls_hold_is_worth_trying_soon() {
        ApiError reached = limit(SpendWindow.DAY, 8_000_000, 1_000_000, null);
        assertThat(reached.message())
                .endsWith("8 are used and 1 are held by running calls, the call needs at least 2.");
        assertThat(reached.headers()).isEqualTo(SOON);
    }

    @Test
    void a_refusal_carries_what_it_says_in_figures() {
        assertThat(Refusals.nothingToSpend(account(0, 1_500_000), 0).shortage())
                .isEqualTo(new Shortage.OfCredits(null, 0, 1_500_000));
        assertThat(Refusals.of(new ReserveOutcome.InsufficientCredits(5, 1_000_000, 2_000_000), NOW)
                        .shortage())
                .as("what runs would not suffice either")
                .isEqualTo(new Shortage.OfCredits(2_000_000L, 5, 0));
        assertThat(Refusals.of(new ReserveOutcome.InsufficientCredits(1_000_000, 1_000_000, 2_000_000), NOW)
                        .shortage())
                .isEqualTo(new Shortage.OfCredits(2_000_000L, 1_000_000, 1_000_000));
        Instant freesAt = NOW.plus(Duration.ofMinutes(5));
        assertThat(limit(SpendWindow.DAY, 9_000_000, 0, freesAt).shortage())
                .isEqualTo(new Shortage.OfLimit(
                        KEY, Shortage.OfLimit.Window.DAY, null, 10_000_000, 9_000_000, 0, 0, 2_000_000, freesAt));
        assertThat(limit(SpendWindow.HOUR, 8_000_000, 1_000_000, freesAt).shortage())
                .as("free as soon as a call ends")
                .isEqualTo(new Shortage.OfLimit(
                        KEY,
                        Shortage.OfLimit.Window.HOUR,
                        null,
                        10_000_000,
                        8_000_000,
                        1_000_000,
                        1_000_000,
                        2_000_000,
                        null));
    }

    // ---- the upstream's failures ----

    @ParameterizedTest
    @EnumSource(Kind.class)
    void an_upstream_failure_is_shown_in_tollgates_own_words(Kind kind) {
        ApiError error = UpstreamErrors.of(new UpstreamFailure(kind, null, "its own words"));
        assertThat(error.code())
                .isEqualTo(
                        switch (kind) {
                            case TOO_LONG -> ErrorCode.CONTEXT_LENGTH_EXCEEDED;
                            case LOCAL -> ErrorCode.INTERNAL_ERROR;
                            default -> ErrorCode.UPSTREAM_ERROR;
                        });
        assertThat(error.message())
                .doesNotContain("its own words")
                .contains(
                        switch (kind) {
                            case REFUSED, SIGNATURE -> "refused the request";
                            case TOO_LONG -> "longer than this model's maximum context length. Please shorten it.";
                            case TOO_LARGE -> "more than an answer may hold";
                            case BROKEN -> "closed the stream";
                            case LOCAL -> "no room for more media";
                            default -> "temporarily unavailable";
                        });
        assertThat(error.headers().containsKey("x-should-retry"))
                .isEqualTo(Set.of(Kind.REFUSED, Kind.SIGNATURE, Kind.TOO_LARGE).contains(kind));
        assertThat(UpstreamErrors.of(new UpstreamFailure(kind, Duration.ofSeconds(7), ""))
                        .headers()
                        .get("retry-after"))
                .isEqualTo(
                        Set.of(Kind.REFUSED, Kind.TOO_LONG, Kind.SIGNATURE, Kind.TOO_LARGE, Kind.BROKEN)
                                        .contains(kind)
                                ? null
                                : kind == Kind.LOCAL ? "5" : "7");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            9001 | 8192 | This model's maximum context length is 8192 tokens. However, your request comes to 9001 tokens. Please shorten it.
            30   | 8192 | This model's maximum context length is 8192 tokens. However, your request is longer. Please shorten it.
            -    | 8192 | This model's maximum context length is 8192 tokens. However, your request is longer. Please shorten it.
            9001 | -    | Your request is longer than this model's maximum context length. Please shorten it.
            """)
    void a_request_that_is_too_long_shows_the_known_sizes(@Nullable Long tokens, @Nullable Long max, String message) {
        assertThat(UpstreamErrors.contextExceeded(new ContextOverflow(tokens, max))
                        .message())
                .isEqualTo(message);
    }

    @Test
    void blocked_and_oversized_responses_have_their_own_errors() {
        assertThat(UpstreamErrors.blocked().message()).contains("sensitive or prohibited content");
        assertThat(UpstreamErrors.blocked().headers()).containsEntry("x-should-retry", "false");
        assertThat(UpstreamErrors.tooLong().message()).contains("more than an answer may hold");
    }

    // ---- what a task keeps ----

    private static Books.Settlement settlement(boolean reasoningBilled, long held, Books.End end, UsageFlag... flags) {
        EnumSet<UsageFlag> odd = EnumSet.noneOf(UsageFlag.class);
        odd.addAll(List.of(flags));
        MeteredCall request = Sold.request(reasoningBilled);
        Usage usage = new Usage(70, 30, 20, 5, 0, 0, 0, 20);
        return new Books.Settlement(
                "task",
                request,
                "m",
                new Books.Bill(usage, 140, 140, held, end),
                request.model().printed(usage),
                odd,
                null,
                Sold.bounds(false, 1, null).usageLimits(),
                77L,
                end,
                List.of(),
                settle -> List.of(),
                ServiceTier.STANDARD,
                "main",
                "up",
                Trace.NONE,
                0);
    }

    /** A call's row as its settlement writes it. */
    private static EndedCall ended(Books.Settlement settlement) {
        return new EndedCall(
                new EndedCall.Begin("t1", "acc_1", "key_1", "chat", "m", Instant.EPOCH),
                1,
                "",
                Instant.EPOCH,
                new EndedCall.Amounts(200, settlement.bill().chargeMicros(), 0, 0),
                0,
                null,
                TaskDetails.of(settlement));
    }

    private static String pricing(Books.Settlement settlement) {
        return String.valueOf(
                CallTexts.pricing(ended(settlement), settlement.model().pricing()));
    }

    @Test
    void a_task_keeps_how_its_charge_came_about() {
        Books.Settlement settlement = settlement(false, 200, Books.End.COMPLETED);
        assertThat(pricing(settlement))
                .isEqualTo(
                        "{\"price_version\":\"v1\",\"input_per_million\":1,\"output_per_million\":2,\"prompt_tokens\":100,\"completion_tokens\":20,\"reasoning_tokens\":5,\"reasoning_billed\":false,\"exact\":0.00014,\"charged\":0.00014,\"rounding\":\"floor to 0.000001, minimum 0.00001\",\"rounding_rule\":{\"rule\":\"floor-total\",\"step\":0.000001,\"minimum\":0.00001}}");
        assertThat(ended(settlement).usageFlags()).isEmpty();
        assertThat(ended(settlement).details().maxTokensApplied()).isEqualTo(77);
    }

    @Test
    void a_task_names_what_was_odd_and_what_nothing_covered() {
        Books.Settlement short40 =
                settlement(true, 100, Books.End.COMPLETED, UsageFlag.ESTIMATED, UsageFlag.TOTAL_MISMATCH);
        assertThat(ended(short40).usageFlags()).containsExactly("estimated", "total_mismatch", "shortfall");
        assertThat(pricing(short40)).contains("\"charged\":0.0001,", "\"reasoning_billed\":true");
        Books.Settlement whole = settlement(false, 200, Books.End.CUT_HOLD_USED);
        assertThat(pricing(whole)).contains("\"charged\":0.0002,").endsWith(",\"hold_charged\":true}");
        assertThat(ended(whole).usageFlags()).isEmpty();
    }

    @Test
    void a_bill_is_never_more_than_the_hold() {
        Usage usage = Usage.of(1, 1, 0);
        assertThat(new Books.Bill(usage, 140, 140, 100, Books.End.COMPLETED))
                .returns(100L, Books.Bill::chargeMicros)
                .returns(40L, Books.Bill::shortfallMicros)
                .returns(40L, Books.Bill::missingMicros)
                .returns(false, Books.Bill::isHoldCharged);
        assertThat(new Books.Bill(usage, 140, 120, 100, Books.End.CUT))
                .as("20 of the 40 are estimated")
                .returns(20L, Books.Bill::missingMicros)
                .returns(true, Books.Bill::isUncovered);
        assertThat(new Books.Bill(usage, 140, 100, 100, Books.End.CANCELLED))
                .returns(0L, Books.Bill::missingMicros)
                .returns(40L, Books.Bill::shortfallMicros)
                .returns(false, Books.Bill::isUncovered);
        assertThat(new Books.Bill(usage, 140, 140, 200, Books.End.COMPLETED))
                .returns(140L, Books.Bill::chargeMicros)
                .returns(0L, Books.Bill::shortfallMicros)
                .returns(0L, Books.Bill::missingMicros);
        assertThat(new Books.Bill(usage, 140, 140, 100, Books.End.COMPLETED)
                        .withHeld(150)
                        .chargeMicros())
                .isEqualTo(140);
        assertThat(new Books.Bill(usage, 140, 140, 200, Books.End.CUT_HOLD_USED))
                .returns(200L, Books.Bill::chargeMicros)
                .returns(true, Books.Bill::isHoldCharged)
                .returns(0L, Books.Bill::shortfallMicros);
    }

    // ---- calls with the provider's tools ----

    @Test
    void a_call_with_tools_waits_for_the_places_of_others() {
        ReserveOutcome.NotOnLess ofTeam = new ReserveOutcome.NotOnLess(
                LimitReached.by(Owner.KEY, SpendWindow.TOTAL, 5_000_000, 1_000_000, 0, 28_400_000, null), 0, 3_000_000);
        ApiError limited = Refusals.of(ofTeam, NOW);
        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.message())
                .contains("the call needs up to 28.4 with all that the provider's tools may add.")
                .endsWith("an account may have 3 calls with such tools: these places are held by running calls.")
                .doesNotContain("reset");
        assertThat(limited.headers()).containsEntry("retry-after", "1").doesNotContainKey("x-should-retry");
        assertThat(Objects.requireNonNull(limited.shortage()).heldMicros())
                .as("of calls that count in another window")
                .isEqualTo(3_000_000);

        ApiError poor = Refusals.of(
                new ReserveOutcome.NotOnLess(
                        new ReserveOutcome.InsufficientCredits(7_000_000, 3_000_000, 28_400_000), 2, 3_000_000),
                NOW);
        assertThat(poor.status()).isEqualTo(402);
        assertThat(poor.message())
                .startsWith(
                        Refusals.TOO_LOW
                                + " With all that the provider's tools may add, the call can cost 28.4 credits; 7 are available.")
                .endsWith("held by running calls or used by calls of today that cost more than was covered.");
        assertThat(poor.headers()).containsEntry("retry-after", "1");
    }

    @Test
    void after_three_shortfalls_the_refusal_names_the_most_and_the_next_day() {
        ReserveOutcome.NotOnLess ofKey = new ReserveOutcome.NotOnLess(
                LimitReached.by(Owner.KEY, SpendWindow.TOTAL, 5_000_000, 1_000_000, 0, 28_400_000, null), 3, 0);
        ApiError limited = Refusals.of(ofKey, NOW);
        assertThat(limited.message())
                .contains("up to 28.4 with all that the provider's tools may add. Until 2026-11-21T00:00:00Z")
                .doesNotContain("reset");
        assertThat(limited.headers()).containsEntry("x-should-retry", "false");
        assertThat(SpentLimit.shown(limited).status()).isEqualTo(402);
    }

    // ---- odd reports ----

    @Test
    void excess_reports_are_logged_once_a_minute() {
        ExcessReports reports = new ExcessReports();
        ExcessReports.Excess excess = new ExcessReports.Excess(1_000, 2_000);
        UsageLimits limits = Sold.bounds(false, 1, 50L).usageLimits();
        try (LogCapture log = new LogCapture()) {
            reports.tell("task_1", "far", excess, limits);
            reports.tell("task_2", "far", excess, limits);
            assertThat(log.text())
                    .contains(
                            "task task_1: channel far reported 1000 input and 2000 output tokens",
                            "above the limits of 300 and 50",
                            "(0 similar calls not logged")
                    .doesNotContain("task_2");
        }
    }
}
