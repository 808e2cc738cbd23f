package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Stores;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches whose servers are killed and stopped (J15, J20). {@code -Dcrash.seed=N} repeats a run. */
@Timeout(1_800)
@Order(18)
class BatchKillTest {

    private static final BatchTrial.Size SIZE = Effort.isLong()
            ? new BatchTrial.Size(2, Integer.getInteger("crash.lines", 1_000), 10, 50, true)
            : new BatchTrial.Size(1, 30, 1, 0, false);
    private static final int TRIALS = Integer.getInteger("crash.trials", Effort.of(1, 4));

    /** In the gate on SQLite: {@link BackgroundKillTest} kills the same runner on PostgreSQL. */
    static Stream<Arguments> trials() {
        return (Effort.isLong() ? Stream.of(Stores.values()) : Stream.of(Stores.SQLITE))
                .flatMap(stores -> IntStream.range(0, TRIALS).mapToObj(trial -> Arguments.of(stores, trial)));
    }

    @ParameterizedTest
    @MethodSource("trials")
    void each_line_ends_and_is_charged_once_whatever_ends(Stores stores, int number) throws InterruptedException {
        long seed = Effort.seed("crash.seed") + number;
        try (BatchTrial trial = new BatchTrial(stores, SIZE, seed)) {
            BatchTrial.Result result = trial.run();
            System.out.println(stores + ": " + result);
            assertThat(result.problems()).as("-Dcrash.seed=%d", seed).isEmpty();
            assertThat(result.kills()).isPositive();
        }
    }
}
