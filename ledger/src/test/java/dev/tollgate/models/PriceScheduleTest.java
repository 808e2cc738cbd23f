package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.models.PriceSchedule.Dated;
import dev.tollgate.testing.Randomly;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PriceScheduleTest {

    private static final Instant DECEMBER = Instant.parse("2026-12-01T08:00:00Z");
    private static final Instant JANUARY = Instant.parse("2027-01-01T08:00:00Z");

    private final Dated first = dated(Instant.MIN, "first");
    private final Dated second = dated(DECEMBER, "second");
    private final Dated third = dated(JANUARY, "third");
    private final PriceSchedule prices = new PriceSchedule(List.of(third, first, second));

    private static Dated dated(Instant from, String version) {
        Pricing.Rounding rounding = new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 0);
        return new Dated(from, new Pricing(version, 1, 1, true, rounding));
    }

    @Test
    void a_price_is_in_force_from_its_instant_to_the_next() {
        assertThat(prices.dated()).containsExactly(first, second, third);
        assertThat(prices.at(Instant.MIN)).isEqualTo(first.pricing());
        assertThat(prices.at(DECEMBER.minusNanos(1))).isEqualTo(first.pricing());
        assertThat(prices.at(DECEMBER)).isEqualTo(second.pricing());
        assertThat(prices.at(JANUARY.minusNanos(1))).isEqualTo(second.pricing());
        assertThat(prices.at(JANUARY)).isEqualTo(third.pricing());
        assertThat(prices.at(Instant.MAX)).isEqualTo(third.pricing());
    }

    @Test
    void prices_ahead_are_those_that_are_not_in_force_yet() {
        assertThat(prices.after(Instant.MIN)).containsExactly(second, third);
        assertThat(prices.after(DECEMBER.minusNanos(1))).containsExactly(second, third);
        assertThat(prices.after(DECEMBER)).containsExactly(third);
        assertThat(prices.after(JANUARY)).isEmpty();
        assertThat(PriceSchedule.of(first.pricing()).after(Instant.MIN)).isEmpty();
    }

    @Test
    void another_price_replaces_those_from_its_instant_on() {
        Dated between = dated(DECEMBER.plusNanos(1), "between");
        assertThat(prices.then(between).dated()).containsExactly(first, second, between);
        Dated same = dated(DECEMBER, "same");
        assertThat(prices.then(same).dated()).containsExactly(first, same);
        Dated last = dated(Instant.MAX, "last");
        assertThat(prices.then(last).dated()).containsExactly(first, second, third, last);
    }

    @Test
    void a_price_for_all_times_replaces_all_others() {
        Dated always = dated(Instant.MIN, "always");
        assertThat(prices.then(always)).isEqualTo(PriceSchedule.of(always.pricing()));
    }

    @Test
    void a_schedule_has_a_price_at_every_instant() {
        assertThatThrownBy(() -> new PriceSchedule(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PriceSchedule(List.of(second, third)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void two_prices_from_one_instant_are_refused() {
        assertThatThrownBy(() -> new PriceSchedule(List.of(first, second, dated(DECEMBER, "other"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PriceSchedule(List.of(first, dated(Instant.MIN, "other"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Reads a schedule as a person would: the latest price that has begun applies. */
    @Test
    void the_price_in_force_is_the_last_that_has_begun() {
        Randomly.run(1_000, random -> {
            PriceSchedule schedule = schedule(random);
            for (int second = -1; second <= 12; second++) {
                Instant when = Instant.ofEpochSecond(second);
                Dated begun = first;
                for (Dated price : schedule.dated()) {
                    if (!price.from().isAfter(when) && !price.from().isBefore(begun.from())) {
                        begun = price;
                    }
                }
                assertThat(schedule.at(when)).isEqualTo(begun.pricing());
                assertThat(schedule.after(when).size())
                        .isEqualTo(
                                schedule.dated().size() - 1 - schedule.dated().indexOf(begun));
            }
        });
    }

    @Test
    void a_price_that_follows_changes_nothing_before_it() {
        Randomly.run(1_000, random -> {
            PriceSchedule schedule = schedule(random);
            Dated next = dated(Instant.ofEpochSecond(random.nextInt(12)), "next");
            PriceSchedule after = schedule.then(next);
            for (int second = -1; second <= 12; second++) {
                Instant when = Instant.ofEpochSecond(second);
                assertThat(after.at(when)).isEqualTo(when.isBefore(next.from()) ? schedule.at(when) : next.pricing());
            }
        });
    }

    private PriceSchedule schedule(Random random) {
        List<Dated> dated = new ArrayList<>(List.of(first));
        Set<Integer> taken = new HashSet<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            int second = random.nextInt(12);
            if (taken.add(second)) {
                dated.add(random.nextInt(dated.size() + 1), dated(Instant.ofEpochSecond(second), "from " + second));
            }
        }
        return new PriceSchedule(dated);
    }
}
