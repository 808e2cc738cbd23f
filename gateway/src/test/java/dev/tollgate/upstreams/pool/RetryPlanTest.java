package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.pool.RetryPlan.Decision;
import dev.tollgate.upstreams.pool.RetryPlan.Next;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plan's decisions, row by row: earlier attempts, the failure, and the decision. */
class RetryPlanTest {

    /** What was tried: letters of a(sked again), s(ignatures left out), r(eplaced), and how many retries. */
    private static RetryPlan plan(String tried, int retries) {
        return new RetryPlan(retries + 1, retries, tried.contains("a"), tried.contains("s"), tried.contains("r"));
    }

    private static UpstreamFailure failure(Kind kind, @Nullable Long retryAfterMillis) {
        return new UpstreamFailure(kind, retryAfterMillis == null ? null : Duration.ofMillis(retryAfterMillis), "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # tried | retries | failure | told to wait | empty before | budget | fresh | next | tried then | retries then | takes budget | rules out
        - | 0 | REFUSED       | -    | false | true  | NONE | NONE               | -  | 0 | false | false
        - | 0 | TOO_LONG      | -    | false | true  | NONE | NONE               | -  | 0 | false | false
        - | 0 | BROKEN        | -    | false | true  | NONE | NONE               | -  | 0 | false | false
        - | 0 | LOCAL         | -    | false | true  | FIRST | NONE              | -  | 0 | false | false
        - | 0 | LOCAL         | -    | true  | true  | NONE | NONE               | -  | 0 | false | false
        - | 0 | UNAVAILABLE   | -    | false | true  | NONE | ANY_CHANNEL        | -  | 1 | true  | false
        - | 1 | UNAVAILABLE   | -    | false | true  | NONE | ANY_CHANNEL        | -  | 2 | true  | false
        - | 2 | UNAVAILABLE   | -    | false | true  | NONE | NONE               | -  | 2 | false | false
        - | 0 | UNAVAILABLE   | -    | false | false | NONE | NONE               | -  | 0 | false | false
        - | 0 | QUOTA         | -    | false | true  | NONE | ANY_CHANNEL        | -  | 1 | true  | false
        - | 0 | QUOTA         | 0    | false | true  | NONE | ANY_CHANNEL        | -  | 1 | true  | false
        - | 0 | QUOTA         | 0    | false | false | NONE | NONE               | -  | 0 | false | false
        - | 2 | QUOTA         | 1000 | false | false | NONE | ANY_CHANNEL        | -  | 2 | false | false
        - | 2 | DAY_QUOTA     | -    | false | false | NONE | ANY_CHANNEL        | -  | 2 | false | false
        - | 2 | MISCONFIGURED | -    | false | false | NONE | ANY_CHANNEL        | -  | 2 | false | true
        - | 2 | SIGNATURE     | -    | false | false | NONE | WITHOUT_SIGNATURES | s  | 2 | false | false
        s | 0 | SIGNATURE     | -    | false | true  | NONE | NONE               | s  | 0 | false | false
        - | 2 | REPLACED      | -    | false | false | NONE | SUCCESSOR          | r  | 2 | false | false
        r | 0 | REPLACED      | -    | false | true  | NONE | ANY_CHANNEL        | r  | 0 | false | true
        - | 0 | REFUSED       | -    | true  | true  | NONE | SAME_CHANNEL       | a  | 0 | true  | false
        - | 2 | UNAVAILABLE   | -    | true  | true  | NONE | SAME_CHANNEL       | a  | 2 | true  | false
        - | 0 | SIGNATURE     | -    | true  | true  | NONE | SAME_CHANNEL       | a  | 0 | true  | false
        - | 0 | SIGNATURE     | -    | true  | false | NONE | WITHOUT_SIGNATURES | s  | 0 | false | false
        a | 0 | REFUSED       | -    | true  | true  | NONE | NONE               | a  | 0 | false | false
        a | 0 | UNAVAILABLE   | -    | true  | true  | NONE | ANY_CHANNEL        | a  | 1 | true  | false
        - | 2 | QUOTA         | -    | false | false | FIRST | FRESH_CHANNEL      | -  | 2 | false | false
        - | 2 | QUOTA         | -    | false | true  | LAST  | FRESH_CHANNEL      | -  | 2 | false | false
        - | 0 | QUOTA         | -    | false | true  | LAST  | ANY_CHANNEL        | -  | 1 | true  | false
        - | 0 | UNAVAILABLE   | -    | false | false | FIRST | FRESH_CHANNEL      | -  | 1 | false | false
        - | 0 | UNAVAILABLE   | -    | false | true  | FIRST | FRESH_CHANNEL      | -  | 1 | false | false
        - | 1 | UNAVAILABLE   | -    | false | true  | LAST  | ANY_CHANNEL        | -  | 2 | true  | false
        - | 1 | UNAVAILABLE   | -    | false | false | LAST  | FRESH_CHANNEL      | -  | 2 | false | false
        - | 2 | UNAVAILABLE   | -    | false | true  | FIRST | NONE               | -  | 2 | false | false
        """)
    void a_failure_decides_who_is_asked_next(
            @Nullable String tried,
            int retries,
            Kind kind,
            @Nullable Long waitMillis,
            boolean emptyBefore,
            boolean budget,
            RetryPlan.Fresh fresh,
            Next next,
            @Nullable String triedThen,
            int retriesThen,
            boolean takesBudget,
            boolean rulesOut) {
        RetryPlan before = plan(tried == null ? "" : tried, retries);

        Decision decision =
                before.afterFailure(failure(kind, waitMillis), emptyBefore, budget, fresh, RetryPlan.SentHops.NONE);

        RetryPlan shape = plan(triedThen == null ? "" : triedThen, retriesThen);
        RetryPlan after = new RetryPlan(
                before.attempts(), shape.retries(), shape.askedAgain(), shape.withoutSignatures(), shape.replaced());
        assertThat(decision).isEqualTo(new Decision(next, after, takesBudget, rulesOut));
    }

    @ParameterizedTest
    @CsvSource({
        "'', true, true, SAME_CHANNEL",
        "'', false, true, NONE",
        "'', true, false, NONE",
        "a, true, true, NONE",
    })
    void an_empty_answer_is_asked_for_once_more(String tried, boolean finished, boolean budget, Next next) {
        Decision decision = plan(tried, 2).afterEmpty(finished, budget);

        assertThat(decision.next()).isEqualTo(next);
        assertThat(decision.takesBudget()).isEqualTo(next == Next.SAME_CHANNEL);
        assertThat(decision.plan().retries()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"0, true, ANY_CHANNEL, 1", "1, true, ANY_CHANNEL, 2", "2, true, NONE, 2", "0, false, NONE, 0"})
    void a_hedge_costs_a_retry(int retries, boolean budget, Next next, int retriesThen) {
        Decision decision = plan("", retries).hedge(budget);

        assertThat(decision.next()).isEqualTo(next);
        assertThat(decision.plan().retries()).isEqualTo(retriesThen);
    }

    @ParameterizedTest
    @CsvSource({"1, 5000, true", "1, 5001, false", "2, 1, false", "0, -7, true"})
    void a_short_rest_is_waited_for_as_long_as_there_are_retries(int retries, long waitMillis, boolean waits) {
        Optional<RetryPlan> after = plan("", retries).afterRest(waitMillis);

        assertThat(after.map(RetryPlan::retries)).isEqualTo(waits ? Optional.of(retries + 1) : Optional.empty());
    }

    @Test
    void eight_channels_are_asked_at_most() {
        RetryPlan plan = RetryPlan.NEW;
        for (int i = 0; i < 8; i++) {
            assertThat(plan.mayAsk()).isTrue();
            plan = plan.asked();
        }

        assertThat(plan.mayAsk()).isFalse();
        assertThat(plan.afterRest(1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void a_pause_grows_with_the_retries_and_is_never_nothing(int retries) {
        long longest = 0;
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long pause = plan("", retries).pauseMillis(failure(Kind.UNAVAILABLE, null), random);
            assertThat(pause).isBetween(1L, 200L << retries);
            longest = Math.max(longest, pause);
        }

        assertThat(longest).isGreaterThan(190L << retries);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"-, -, 0", "QUOTA, 1500, 0", "UNAVAILABLE, 1500, 1500", "UNAVAILABLE, 0, 1"})
    void a_pause_is_what_the_upstream_asked_for(@Nullable Kind kind, @Nullable Long asked, long pause) {
        UpstreamFailure last = kind == null ? null : failure(kind, asked);

        assertThat(plan("", 1).pauseMillis(last, new Random(1))).isEqualTo(pause);
    }
}
