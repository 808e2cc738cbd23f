package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Stores;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link CrashTrials} as a test; {@code -Dcrash.seed=N} repeats a run, {@code -Dcrash.trials=N} makes it longer (D34, D36). */
// JUnit's first thread takes the first class: if that class had to wait for its turn, it would wait for a thread behind
// all others
// too.
@Order(0)
class CrashTrialsTest {

    private static final int TRIES_MAX = 6;

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void a_crash_charges_nothing_twice_nothing_unanswered_and_every_whole_answer_once(Stores stores) {
        long seed = Effort.seed("crash.seed");
        int trials = Integer.getInteger("crash.trials", Effort.of(1, stores == Stores.SQLITE ? 1_000 : 200));

        List<CrashTrials.Result> results = new ArrayList<>(new CrashTrials(stores, System.out).run(trials, seed));
        Random further = new Random(seed);
        // A single trial may be killed before it has admitted a call, and several may on a busy machine.
        while (results.size() < TRIES_MAX && results.stream().allMatch(result -> result.expired() == 0)) {
            results.addAll(new CrashTrials(stores, System.out).run(trials, further.nextLong()));
        }

        assertThat(results).allSatisfy(result -> assertThat(result.problems())
                .as("-Dcrash.seed=" + result.seed())
                .isEmpty());
        assertSome("whole answers", results, result -> result.count(CrashCaller.Ending.WHOLE));
        assertSome("calls that a crash has hit", results, CrashTrials.Result::expired);
        if (trials > 1) {
            assertSome("calls that grants have paid", results, CrashTrials.Result::byGrants);
            assertSome("grants that have expired", results, CrashTrials.Result::lapses);
            assertSome("answers that were got again", results, CrashTrials.Result::replays);
            assertSome("calls that were made anew", results, CrashTrials.Result::renewed);
            assertSome("calls that a budget or a limit refused", results, CrashTrials.Result::limited);
        }
    }

    private static void assertSome(
            String what, List<CrashTrials.Result> results, ToIntFunction<CrashTrials.Result> count) {
        assertThat(results.stream().mapToInt(count).sum())
                .as(what + ", or nothing was tried")
                .isPositive();
    }
}
