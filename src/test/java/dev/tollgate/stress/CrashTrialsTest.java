package dev.tollgate.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A short run of {@link CrashTrials}; {@code -Dcrash.seed=N} repeats one, {@code -Dcrash.trials=N} makes it longer (D34). */
class CrashTrialsTest {

    private static final int TRIALS = Integer.getInteger("crash.trials", 20);

    @Test
    void a_crash_charges_nothing_twice_nothing_unanswered_and_every_whole_answer_once() {
        long seed = Long.getLong("crash.seed", new Random().nextLong());

        List<CrashTrials.Result> results = new CrashTrials(System.out).run(TRIALS, seed);

        assertThat(results).allSatisfy(result -> assertThat(result.problems())
                .as("-Dcrash.seed=" + result.seed())
                .isEmpty());
        assertThat(results.stream()
                        .mapToInt(result -> result.count(CrashCaller.Ending.WHOLE))
                        .sum())
                .as("whole answers, or nothing was tried")
                .isPositive();
        assertThat(results.stream().mapToInt(CrashTrials.Result::expired).sum())
                .as("calls that a crash has hit, or nothing was tried")
                .isPositive();
    }
}
