package dev.tollgate.pages.dashboard.billing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.ledger.TakeBack;
import dev.tollgate.customers.payments.BoughtPeriods.BoughtPeriod;
import dev.tollgate.customers.payments.Payment;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlanWordsTest {

    private static final Instant FROM = Instant.parse("2027-12-15T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2028-01-15T00:00:00Z");
    private static final long MICROS = 100_000_000;

    private static BoughtPeriod period(long left, long lapsed, long general, long held, boolean wasBack) {
        return new BoughtPeriod("Pro", new BoughtPeriod.Credits(7, FROM, UNTIL, left, lapsed, general, held, wasBack));
    }

    private static @Nullable String refund(long left, long lapsed, long general, long held, boolean wasBack) {
        Payment.Bought bought = new Payment.Bought("pro", 1, false, 1L, 1);
        Payment payment = new Payment(
                "one",
                "acc_1",
                Payment.Channel.STRIPE,
                FROM,
                900,
                MICROS,
                bought,
                new Payment.Progress(
                        Payment.State.PAID,
                        new Payment.Page(null, null),
                        "intent",
                        0,
                        FROM,
                        TakeBack.Taken.NOTHING,
                        false));
        return PlanWords.refund(period(left, lapsed, general, held, wasBack), payment, Money.CREDITS);
    }

    @Test
    void a_period_over_new_year_names_both_years() {
        assertThat(PlanWords.bought(period(0, 0, 0, 0, false)))
                .isEqualTo("Plan Pro, 15 December 2027 to 15 January 2028");
    }

    @Test
    void a_refund_is_told_as_the_ledger_would_take_it() {
        assertThat(refund(MICROS, 0, 0, 0, false)).isEqualTo("A refund in full takes 100.00 credits of grant 7.");
        assertThat(refund(MICROS / 2, 0, MICROS, 1, false))
                .isEqualTo("A refund in full takes 50.00 credits of grant 7 and 50.00 credits of general credits."
                        + " Running calls keep what they need of it, which counts as spent.");
        assertThat(refund(0, MICROS / 2, 0, 0, false)).contains("50.00 credits are spent already");
        assertThat(refund(0, MICROS, MICROS, 0, false))
                .isEqualTo("A refund in full takes no credits: those of grant 7 have expired or ended.");
        assertThat(refund(MICROS, 0, MICROS, 0, true)).as("it came again").isNull();
    }
}
