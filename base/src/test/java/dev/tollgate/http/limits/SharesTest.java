package dev.tollgate.http.limits;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Effort;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SharesTest {

    private static long all(Shares shares, String account) {
        long taken = 0;
        while (shares.take(account, 1)) {
            taken++;
        }
        return taken;
    }

    @Test
    void who_takes_all_that_it_can_leaves_as_much_for_the_others() {
        Shares shares = new Shares(1_000);
        assertThat(all(shares, "a")).isEqualTo(500);
        assertThat(all(shares, "b")).isEqualTo(250);
        assertThat(all(shares, "c")).isEqualTo(125);
        shares.give("a", 500);
        assertThat(all(shares, "b")).isEqualTo(187);
        assertThat(all(shares, "d")).isPositive();
    }

    @Test
    void what_is_given_back_was_taken() {
        Shares shares = new Shares(10);
        assertThat(shares.take("a", 3)).isTrue();
        assertThatThrownBy(() -> shares.give("a", 4)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> shares.give("b", 1)).isInstanceOf(IllegalStateException.class);
        shares.give("a", 3);
        assertThat(shares.taken()).isZero();
    }

    @Test
    void whatever_is_taken_and_given_back_the_sum_is_right_and_something_is_left_for_who_has_nothing() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        Shares shares = new Shares(10_000);
        Map<String, Long> taken = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String account = "a" + random.nextInt(6);
            long its = taken.getOrDefault(account, 0L);
            long amount = 1 + random.nextInt(500);
            if (random.nextBoolean()) {
                boolean fits = its + amount <= 10_000 - shares.taken() - amount;
                assertThat(shares.take(account, amount)).as("seed %d", seed).isEqualTo(fits);
                taken.put(account, fits ? its + amount : its);
            } else {
                shares.give(account, Math.min(its, amount));
                taken.put(account, its - Math.min(its, amount));
            }
            assertThat(shares.taken())
                    .as("seed %d", seed)
                    .isEqualTo(taken.values().stream().mapToLong(one -> one).sum())
                    .isLessThan(10_000);
        }
    }
}
