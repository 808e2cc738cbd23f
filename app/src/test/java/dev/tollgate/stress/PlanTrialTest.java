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

/** Payments for credits and plans over many days, at a Stripe on a bad day. {@code -Dcrash.seed=N} repeats a run. */
@Timeout(1_800)
@Order(18)
class PlanTrialTest {

    private static final int PARTS = Integer.getInteger("crash.trials", Effort.of(1, 5));

    static Stream<Arguments> trials() {
        return Stream.of(Stores.values())
                .flatMap(stores -> IntStream.range(0, PARTS).mapToObj(part -> Arguments.of(stores, part)));
    }

    private static PlanTrial.Size size(Stores stores) {
        return Effort.isLong()
                ? new PlanTrial.Size(
                        Integer.getInteger("crash.accounts", 100), Integer.getInteger("crash.days", 400), 20, 2, true)
                : new PlanTrial.Size(12, 10, 1, stores == Stores.SQLITE ? 1 : 0, true);
    }

    @ParameterizedTest
    @MethodSource("trials")
    void what_was_paid_is_granted_once_and_no_day_of_it_is_lost(Stores stores, int part) throws Exception {
        long seed = Effort.seed("crash.seed") + part;
        try (PlanTrial trial = new PlanTrial(stores, size(stores), seed)) {
            PlanTrial.Result result = trial.run();
            System.out.println(stores + ": " + result);
            assertThat(result.problems()).as("-Dcrash.seed=%d", seed).isEmpty();
            assertThat(result.killed()).isPositive();
        }
    }
}
