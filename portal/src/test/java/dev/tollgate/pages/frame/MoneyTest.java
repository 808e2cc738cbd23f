package dev.tollgate.pages.frame;

import static dev.tollgate.pages.frame.Money.CREDITS;
import static dev.tollgate.pages.frame.Money.DOLLARS;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import java.math.BigDecimal;
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
    void parts_are_called_rounded_if_their_figures_do_not_add_up(Money money) {
        Random random = new Random(Effort.seed("money.seed"));
        int rounded = 0;
        for (int round = 0; round < 2_000; round++) {
            long most = (long) Math.pow(10, 4 + random.nextInt(8));
            List<Long> amounts =
                    random.longs(1 + random.nextInt(6), -most / 8, most).boxed().toList();
            long sum = amounts.stream().mapToLong(it -> it).sum();
            BigDecimal added =
                    amounts.stream().map(it -> number(money.sum(it))).reduce(BigDecimal.ZERO, BigDecimal::add);
            boolean differs = added.compareTo(number(money.sum(sum))) != 0;
            assertThat(money.isRounded(amounts, sum)).as("%s", amounts).isEqualTo(differs);
            rounded += differs ? 1 : 0;
        }
        assertThat(rounded).isBetween(100, 1_900);
        assertThat(money.isRounded(List.of(CENT), 9 * CENT))
                .as("the other parts are not shown")
                .isFalse();
        assertThat(money.isRounded(List.of(208_977_697_600L), 208_977_697_600L))
                .as("a single part")
                .isFalse();
    }

    /** Returns the number in an amount; less than the smallest one adds nothing. */
    private static BigDecimal number(String amount) {
        return amount.contains("<")
                ? BigDecimal.ZERO
                : new BigDecimal(amount.replace("$", "").replace(",", "").replace('−', '-'));
    }

    @Test
    void a_difference_is_that_of_the_shown_amounts() {
        Random random = new Random(Effort.seed("money.seed"));
        for (int round = 0; round < 2_000; round++) {
            long revenue = random.nextLong(CENT, 1_000_000 * CENT);
            long cost = random.nextLong(CENT, 1_000_000 * CENT);
            assertThat(number(DOLLARS.less(revenue, cost)))
                    .as("%d %d", revenue, cost)
                    .isEqualByComparingTo(number(DOLLARS.sum(revenue)).subtract(number(DOLLARS.sum(cost))));
        }
        assertThat(DOLLARS.less(CENT * 28_654 / 10, CENT * 22_026 / 10)).isEqualTo("$6.62");
        assertThat(DOLLARS.less(CENT * 64 / 10, CENT * 55 / 10)).isEqualTo("<$0.01");
        assertThat(DOLLARS.less(CENT * 4 / 10, CENT * 3 / 10)).isEqualTo("$0.0010");
        assertThat(DOLLARS.less(CENT, 3 * CENT)).isEqualTo("−$0.02");
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
