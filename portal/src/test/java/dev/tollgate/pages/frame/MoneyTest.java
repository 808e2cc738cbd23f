package dev.tollgate.pages.frame;

import static dev.tollgate.pages.frame.Money.CREDITS;
import static dev.tollgate.pages.frame.Money.DOLLARS;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MoneyTest {

    private static final long CENT = 2_000_000;

    @ParameterizedTest
    @CsvSource({
        "0, $0.00, $0.00, 0.00, 0.00",
        "57, <$0.0001, <$0.0001, 0.0001, 0.0001",
        "20000, $0.0001, $0.0001, 0.02, 0.02",
        "760000, $0.0038, $0.0038, 0.76, 0.76",
        "1999999, $0.01, $0.0100, 2.00, 2.00",
        "2500000, $0.01, $0.0125, 2.50, 2.50",
        "3000000, $0.02, $0.0150, 3.00, 3.00",
        "-760000, −$0.0038, −$0.0038, −0.76, −0.76",
        "-57, −<$0.0001, −<$0.0001, −0.0001, −0.0001",
        "49, <$0.0001, <$0.0001, <0.0001, <0.0001",
        "1234567, $0.0062, $0.0062, 1.23, 1.2346",
    })
    void an_amount_has_one_form_as_sum_and_as_call(
            long micros, String sum, String call, String credits, String callInCredits) {
        assertThat(DOLLARS.sum(micros)).isEqualTo(sum);
        assertThat(DOLLARS.each(micros)).isEqualTo(call);
        assertThat(CREDITS.sum(micros)).isEqualTo(credits);
        assertThat(CREDITS.each(micros)).isEqualTo(callInCredits);
    }

    @Test
    void large_amounts_have_groups_of_three_digits() {
        assertThat(DOLLARS.sum(246_913_400_000L)).isEqualTo("$1,234.57");
        assertThat(DOLLARS.each(246_913_400_000L)).isEqualTo("$1,234.5670");
    }

    @ParameterizedTest
    @EnumSource
    void shown_rows_add_up_to_the_shown_sum(Money money) {
        Random random = new Random(Effort.seed("money.seed"));
        for (int round = 0; round < 2_000; round++) {
            long most = (long) Math.pow(10, 1 + random.nextInt(11));
            List<Long> amounts = new ArrayList<>();
            long sum = 0;
            for (int row = random.nextInt(14); row >= 0; row--) {
                long amount = random.nextInt(5) == 0 ? 0 : random.nextLong(-most / 8, most);
                amounts.add(amount);
                sum += amount;
            }
            amounts.add(sum);
            List<String> shown = money.adding(amounts);
            BigDecimal added = shown.subList(0, shown.size() - 1).stream()
                    .map(MoneyTest::number)
                    .reduce(BigDecimal.ZERO, BigDecimal::add);
            assertThat(added).as(amounts + " " + shown).isEqualByComparingTo(number(shown.getLast()));
            assertThat(shown).isEqualTo(money.adding(amounts));
        }
    }

    /** Returns the number in an amount; less than the smallest one adds nothing. */
    private static BigDecimal number(String amount) {
        return amount.contains("<")
                ? BigDecimal.ZERO
                : new BigDecimal(amount.replace("$", "").replace(",", "").replace('−', '-'));
    }

    @ParameterizedTest
    @EnumSource
    void shown_differences_are_those_of_the_shown_amounts(Money money) {
        Random random = new Random(Effort.seed("money.seed"));
        for (int round = 0; round < 1_000; round++) {
            long most = (long) Math.pow(10, 4 + random.nextInt(8));
            List<Long> revenue = new ArrayList<>();
            List<Long> cost = new ArrayList<>();
            for (int row = random.nextInt(9); row >= 0; row--) {
                revenue.add(random.nextLong(most));
                cost.add(random.nextLong(most));
            }
            revenue.add(revenue.stream().mapToLong(it -> it).sum());
            cost.add(cost.stream().mapToLong(it -> it).sum());
            List<String> margins = money.differences(revenue, cost);
            for (int row = 0; row < margins.size(); row++) {
                assertThat(number(margins.get(row)))
                        .as(revenue + " " + cost)
                        .isEqualByComparingTo(number(money.adding(revenue).get(row))
                                .subtract(number(money.adding(cost).get(row))));
            }
        }
        assertThat(DOLLARS.less(CENT * 28_654 / 10, CENT * 22_026 / 10)).isEqualTo("$6.62");
        assertThat(DOLLARS.less(CENT * 64 / 10, CENT * 55 / 10)).isEqualTo("<$0.01");
        assertThat(DOLLARS.less(CENT * 4 / 10, CENT * 3 / 10)).isEqualTo("$0.0010");
        assertThat(DOLLARS.less(CENT, 3 * CENT)).isEqualTo("−$0.02");
    }

    @Test
    void the_largest_remainders_are_rounded_up() {
        assertThat(DOLLARS.adding(List.of(CENT * 4 / 10, CENT * 3 / 10, CENT * 13 / 10, CENT * 2)))
                .containsExactly("$0.01", "<$0.01", "$0.01", "$0.02");
        assertThat(DOLLARS.adding(List.of(CENT / 2, CENT * 3 / 2, CENT * 2)))
                .containsExactly("<$0.01", "$0.02", "$0.02");
    }

    @Test
    void amounts_below_a_cent_add_up_in_smaller_parts() {
        assertThat(DOLLARS.adding(List.of(30_000L, 30_000L, 60_000L))).containsExactly("$0.0002", "$0.0001", "$0.0003");
    }

    @Test
    void rows_that_are_not_shown_count_as_one_more() {
        assertThat(DOLLARS.adding(List.of(CENT * 14 / 10, CENT * 9))).containsExactly("$0.01", "$0.09");
    }

    @Test
    void what_is_used_and_what_is_left_add_up() {
        Random random = new Random(Effort.seed("money.seed"));
        for (int round = 0; round < 2_000; round++) {
            long limit = random.nextLong(1, 20_000) * CENT / 2;
            long used = random.nextLong(limit + 1);
            BigDecimal left = number(DOLLARS.left(limit, used));
            if (limit - used > CENT && used > CENT) {
                assertThat(left.add(number(DOLLARS.sum(used))))
                        .as(limit + " " + used)
                        .isEqualByComparingTo(number(DOLLARS.sum(limit)));
            }
        }
        assertThat(DOLLARS.left(80 * 200_000_000L, 11_166_600_000L)).isEqualTo("$24.17");
        assertThat(DOLLARS.left(CENT, 2 * CENT)).isEqualTo("$0.00");
    }
}
