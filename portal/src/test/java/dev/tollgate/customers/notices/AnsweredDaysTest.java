package dev.tollgate.customers.notices;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.notices.AnsweredDays.Answered;
import dev.tollgate.customers.notices.AnsweredDays.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The weights of accounts in a model's day. */
class AnsweredDaysTest {

    /** @param accounts calls and failures of each, as in {@code 100/5 20/0} */
    private static Answered day(String accounts, boolean isWeighed) {
        Weights weights = new Weights();
        for (String account : accounts.split(" ")) {
            String[] parts = account.split("/");
            weights.add(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        }
        return weights.answered(isWeighed);
    }

    @ParameterizedTest
    @CsvSource({
        "100/0 100/0 100/0, 1000",
        "1000/1000 10/0 10/0, 666",
        "10/0 1000/1000 10/0, 666",
        "10/0 10/0 1000/1000, 666",
        "1000/1000 1000/1000 10/0, 333",
        "1000/1000 500/0 100/0 100/0, 666",
        "30/30 30/30 30/30, 0",
        "1000/0 10/0 10/10, 666",
        "40/40 100/0 100/0, 666",
        "70/70 100/0 100/0 100/0, 810",
        "10000/0 1/1 1/0, 999",
        "10000/0 6/6 7/0, 999",
        "100000000/1 100000000/0 100000000/0, 999",
        "25/25 0/0 0/0, 0",
        "25/25 75/0, 750"
    })
    void no_account_of_three_weighs_more_than_a_third(String accounts, long tenths) {
        assertThat(day(accounts, true).tenths()).isEqualTo(tenths);
    }

    @Test
    void a_day_of_before_counts_each_call_alike() {
        assertThat(day("1000/1000 10/0 10/0", false)).isEqualTo(new Answered(1_020, 19));
        assertThat(day("1000/1000 10/0 10/0", true)).isEqualTo(new Answered(1_020, 666));
        assertThat(new Weights().answered(true)).isEqualTo(new Answered(0, 0));
    }
}
