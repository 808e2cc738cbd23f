package dev.tollgate.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.http.limits.Quotas;
import org.junit.jupiter.api.Test;

class FreeReadsTest {

    private static final long MIB = 1 << 20;

    private final Quotas quotas = new Quotas(() -> 1);

    private long left() {
        return quotas.standing(RequestCount.freeWork("acc_1")).requests().remaining();
    }

    @Test
    void each_begun_8_mib_counts_as_one_until_the_call_is_paid_for() {
        FreeReads reads = new FreeReads(quotas, "acc_1");
        reads.count(0);
        assertThat(left()).isEqualTo(600);
        reads.count(1);
        reads.count(8 * MIB);
        reads.count(8 * MIB + 1);
        assertThat(left()).isBetween(596L, 597L); // it refills
        reads.paid();
        assertThat(left()).isEqualTo(600);
        reads.count(100 * MIB);
        assertThat(left()).isEqualTo(600);
    }

    @Test
    void reads_above_the_limit_are_refused_and_count_nothing() {
        FreeReads reads = new FreeReads(quotas, "acc_1");
        reads.count(590 * 8 * MIB);
        assertThatThrownBy(() -> reads.count(100 * MIB))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.error().status()).isEqualTo(429));
        reads.count(8 * MIB);
        assertThat(left()).isLessThan(12);
    }
}
