package dev.tollgate.pages.playground;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.figures.AccountHistory.Charge;
import dev.tollgate.pages.playground.UsualCharges.Usual;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What recorded calls say about the next one. */
class UsualChargesTest {

    private static final String MODEL = "gemini-2.5-flash";

    private static List<Charge> charges(long promptTokens, long... micros) {
        List<Charge> charges = new ArrayList<>();
        for (long each : micros) {
            charges.add(new Charge(MODEL, promptTokens, each));
        }
        return charges;
    }

    private static UsualCharges of(List<Charge> charges) {
        return UsualCharges.of(charges, charge -> charge.promptTokens() * 100);
    }

    @Test
    void a_median_is_near_half_of_the_recorded_calls() {
        Random random = new Random(7);
        int medians = 0;
        int ranges = 0;
        for (int i = 0; i < 2_000; i++) {
            double spread = random.nextDouble() * 2;
            long[] micros = random.doubles(5 + random.nextInt(60))
                    .mapToLong(_ -> Math.round(10_000 * Math.exp(spread * random.nextGaussian())))
                    .toArray();
            Usual usual = of(charges(100, micros)).byModel().get(MODEL).get(13);
            assertThat(usual.low()).isLessThanOrEqualTo(usual.high());
            if (usual.median() == 0) {
                ranges++;
                continue;
            }
            medians++;
            long near = Arrays.stream(micros)
                    .filter(each -> each * 1.5 >= usual.median() && each <= usual.median() * 1.5)
                    .count();
            assertThat(2 * near).isGreaterThanOrEqualTo(micros.length);
        }
        assertThat(medians).isGreaterThan(500);
        assertThat(ranges).isGreaterThan(500);
    }

    @Test
    void few_calls_and_other_lengths_say_nothing() {
        List<Charge> charges = charges(3_000, 70, 70, 70, 80, 90);
        charges.addAll(charges(100, 1, 2, 3, 4));
        UsualCharges usual = of(charges);
        assertThat(usual.byModel()).isEqualTo(Map.of(MODEL, Map.of(18, new Usual(70, 70, 80))));
        assertThat(usual.json(MODEL)).isEqualTo("{\"18\":[70,70,80]}");
        assertThat(usual.json("another")).isEqualTo("{}");
        assertThat(UsualCharges.step(0)).isEqualTo(UsualCharges.step(16_383)).isEqualTo(13);
        assertThat(UsualCharges.step(16_384)).isEqualTo(14);
    }
}
