package dev.tollgate.pages.dashboard.usage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.Usage;
import dev.tollgate.pages.dashboard.usage.Reasons.Cause;
import dev.tollgate.pages.dashboard.usage.Reasons.Line;
import dev.tollgate.pages.dashboard.usage.Reasons.Pair;
import dev.tollgate.pages.dashboard.usage.Reasons.Rates;
import dev.tollgate.pages.dashboard.usage.Reasons.Sums;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The causes of a change of spend, against a second calculation written from the rule. */
class ReasonsTest {

    private static final int HISTORIES = 500;

    @Test
    void causes_follow_the_rule_on_random_histories() {
        long seed = System.nanoTime();
        System.out.println("ReasonsTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < HISTORIES; i++) {
            List<Pair> pairs = history(random);
            Reasons reasons = Reasons.of(pairs);
            String as = "seed " + seed + ", history " + i;
            long[][] rule = reasons.lines().stream()
                    .map(line -> rule(line.pair(), pairs))
                    .toArray(long[][]::new);
            for (int j = 0; j < rule.length; j++) {
                Line line = reasons.lines().get(j);
                assertThat(line.parts()).as(as).isEqualTo(boxed(rule[j]));
                assertThat(Arrays.stream(rule[j]).sum()).as(as).isEqualTo(line.difference());
            }
            long whole = net(pairs, true) - net(pairs, false);
            assertThat(reasons.difference()).as(as).isEqualTo(whole);
            assertThat(Arrays.stream(Cause.values()).mapToLong(reasons::of).sum())
                    .as(as)
                    .isEqualTo(whole);
            reasons.byKey().forEach((key, its) -> assertThat(
                            Arrays.stream(Cause.values()).mapToLong(its::of).sum())
                    .as(as)
                    .isEqualTo(net(of(pairs, key), true) - net(of(pairs, key), false)));
            boolean isShown = Math.abs(whole) >= 1_000_000
                    && Math.abs(whole)
                            >= new BigDecimal("0.05")
                                    .multiply(BigDecimal.valueOf(net(pairs, false)))
                                    .doubleValue()
                    && pairs.stream().anyMatch(pair -> pair.before().calls() > 0);
            assertThat(reasons.isShown()).as(as).isEqualTo(isShown);
            if (whole != 0) {
                checkSentence(reasons, rule, Long.signum(whole), as);
            }
        }
    }

    /** The key and the cause are found here by sorting, in the direction of the whole. */
    private static void checkSentence(Reasons reasons, long[][] rule, int sign, String as) {
        TreeMap<String, long[]> keys = new TreeMap<>();
        for (int i = 0; i < rule.length; i++) {
            long[] sums = keys.computeIfAbsent(reasons.lines().get(i).pair().key(), _ -> new long[9]);
            for (int j = 0; j < 8; j++) {
                sums[j] += sign * rule[i][j];
                sums[8] += sign * rule[i][j];
            }
        }
        Reasons.Main main = reasons.main();
        long most = Collections.max(keys.values().stream().map(sums -> sums[8]).toList());
        String key = keys.entrySet().stream()
                .filter(each -> each.getValue()[8] == most)
                .findFirst()
                .orElseThrow()
                .getKey();
        assertThat(main.key()).as(as).isEqualTo(key);
        long[] its = keys.get(key);
        long largest = Arrays.stream(its).limit(8).max().orElseThrow();
        int cause =
                IntStream.range(0, 8).filter(j -> its[j] == largest).findFirst().orElseThrow();
        assertThat(main.cause().ordinal()).as(as).isEqualTo(cause);
        assertThat(largest).as(as).isPositive();
    }

    private static List<Pair> of(List<Pair> pairs, String key) {
        return pairs.stream().filter(pair -> pair.key().equals(key)).toList();
    }

    private static long net(List<Pair> pairs, boolean isNow) {
        return pairs.stream()
                .map(pair -> isNow ? pair.now() : pair.before())
                .mapToLong(sums -> sums.charged() - sums.refunded())
                .sum();
    }

    private static List<Long> boxed(long[] amounts) {
        return Arrays.stream(amounts).boxed().toList();
    }

    /** The rule with decimals over one denominator, the product of all that is divided by. */
    private static long[] rule(Pair pair, List<Pair> all) {
        BigDecimal calls0 = callsOf(all, pair.key(), false);
        BigDecimal calls1 = callsOf(all, pair.key(), true);
        Sums a = pair.before();
        Sums b = pair.now();
        BigDecimal n0 = big(Math.max(1, a.calls()));
        BigDecimal n1 = big(b.calls());
        BigDecimal p0 = big(Math.max(1, a.input()));
        BigDecimal q0 = a.input() == 0 ? BigDecimal.ZERO : big(a.cached());
        BigDecimal under = calls0.max(BigDecimal.ONE).multiply(n0).multiply(p0);
        BigDecimal[] v = new BigDecimal[8];
        Arrays.fill(v, big(b.charged()).multiply(under));
        v[0] = big(a.charged()).multiply(under);
        if (calls0.signum() != 0 && calls1.signum() != 0) {
            v[1] = v[0].multiply(calls1).divide(calls0);
            if (a.calls() != 0 && b.calls() != 0) {
                v[2] = big(a.charged()).multiply(n1).multiply(under).divide(n0);
                Rates rates = pair.rates();
                v[3] = v[2];
                v[4] = v[2];
                v[5] = v[2];
                v[6] = v[2];
                if (rates != null) {
                    BigDecimal perCall = under.divide(n0);
                    BigDecimal perToken = under.divide(p0);
                    BigDecimal old = tokens(rates.before(), big(a.input()), big(a.cached()), big(a.output()))
                            .multiply(n1)
                            .multiply(perCall);
                    BigDecimal sameShare = tokens(
                                    rates.before(),
                                    big(b.input()).multiply(p0),
                                    big(b.input()).multiply(q0),
                                    big(b.output()).multiply(p0))
                            .multiply(perToken);
                    BigDecimal otherShare = tokens(rates.before(), big(b.input()), big(b.cached()), big(b.output()))
                            .multiply(under);
                    BigDecimal newRates = tokens(rates.now(), big(b.input()), big(b.cached()), big(b.output()))
                            .multiply(under);
                    BigDecimal search0 = big(rates.before().searchMicros()).movePointLeft(3);
                    BigDecimal search1 = big(rates.now().searchMicros()).movePointLeft(3);
                    v[3] = v[2].subtract(old).add(sameShare);
                    v[4] = v[2].subtract(old).add(otherShare);
                    v[5] = v[4].add(big(b.searches()).multiply(search0).multiply(under))
                            .subtract(big(a.searches())
                                    .multiply(search0)
                                    .multiply(n1)
                                    .multiply(perCall));
                    v[6] = v[5].subtract(otherShare)
                            .add(newRates)
                            .add(big(b.searches())
                                    .multiply(search1.subtract(search0))
                                    .multiply(under));
                }
            }
        }
        long[] parts = new long[8];
        for (int i = 0; i < 7; i++) {
            parts[i] = v[i + 1].divide(under, 0, RoundingMode.HALF_UP)
                    .subtract(v[i].divide(under, 0, RoundingMode.HALF_UP))
                    .longValueExact();
        }
        parts[7] = a.refunded() - b.refunded();
        return parts;
    }

    private static BigDecimal callsOf(List<Pair> all, String key, boolean isNow) {
        return big(of(all, key).stream()
                .mapToLong(pair -> (isNow ? pair.now() : pair.before()).calls())
                .sum());
    }

    private static BigDecimal tokens(PriceRates rates, BigDecimal input, BigDecimal cached, BigDecimal output) {
        return input.subtract(cached)
                .multiply(big(rates.inputMicros()))
                .add(cached.multiply(big(rates.cachedMicros())))
                .add(output.multiply(big(rates.outputMicros())))
                .movePointLeft(6);
    }

    private static BigDecimal big(long number) {
        return BigDecimal.valueOf(number);
    }

    private static List<Pair> history(Random random) {
        List<Pair> pairs = new ArrayList<>();
        int keys = 1 + random.nextInt(6);
        int models = 1 + random.nextInt(5);
        for (int key = 0; key < keys; key++) {
            for (int model = 0; model < models; model++) {
                if (random.nextInt(4) > 0) {
                    Rates rates = random.nextInt(5) == 0 ? null : new Rates(rates(random), rates(random));
                    pairs.add(
                            new Pair("key_" + key, "model-" + model, sums(random, key), sums(random, key + 1), rates));
                }
            }
        }
        Collections.shuffle(pairs, random);
        return pairs;
    }

    /** At each third key and eighth time there are no calls at all, and at times no input. */
    private static Sums sums(Random random, int key) {
        if (key % 3 == 2 || random.nextInt(8) == 0) {
            return new Sums(0, 0, random.nextInt(4) == 0 ? amount(random) : 0, 0, 0, 0, 0);
        }
        long input = random.nextInt(6) == 0 ? 0 : amount(random);
        return new Sums(
                1 + random.nextInt(1 << random.nextInt(1, 14)),
                amount(random),
                random.nextInt(3) == 0 ? random.nextLong(1_000_000) : 0,
                input,
                input == 0 ? 0 : random.nextLong(input + 1),
                amount(random),
                random.nextInt(3) == 0 ? random.nextInt(5_000) : 0);
    }

    /** So small that the calls' growth times tokens times rates, 2^14 * 2^28 * 2^38 / 10^6, stays in a {@code long}. */
    private static long amount(Random random) {
        return random.nextLong(1L << random.nextInt(1, 28));
    }

    private static PriceRates rates(Random random) {
        long input = 1 + random.nextLong(1L << random.nextInt(1, 36));
        return new PriceRates(
                input,
                random.nextLong(1L << random.nextInt(1, 38)),
                random.nextLong(input + 1),
                input,
                random.nextBoolean() ? 0 : random.nextLong(10_000_000_000L));
    }

    // ---- one cause alone ----

    private static final Pricing CHEAP = pricing(100_000_000, 400_000_000);
    private static final Pricing DEAR = pricing(150_000_000, 900_000_000);
    private static final int CALLS = 100;

    private static Pricing pricing(long input, long output) {
        return new Pricing(
                "test",
                new Tariff(
                        new PriceRates(input, output, input / 10, input, 70_000_000L),
                        null,
                        Tariff.SearchCounts.QUERIES,
                        Tariff.Tiers.NONE),
                true,
                new Rounding(Rounding.Form.FLOOR_TOTAL, 10_000, 10_000));
    }

    private static Sums calls(int calls, Pricing pricing, long input, long cached, long output, long searches) {
        Usage usage = new Usage(ServiceTier.STANDARD, input, 0, output, 0, cached, 0, 0, 0, output, searches);
        return new Sums(
                calls,
                calls * pricing.chargeMicros(usage),
                0,
                calls * input,
                calls * cached,
                calls * output,
                calls * searches);
    }

    private static Pair pair(String model, Sums before, Sums now, @Nullable Pricing priceNow) {
        return new Pair(
                "key_1",
                model,
                before,
                now,
                new Rates(
                        CHEAP.tariff().rates(),
                        (priceNow == null ? CHEAP : priceNow).tariff().rates()));
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void a_cause_that_changes_alone_is_the_whole_difference(Cause cause) {
        Sums before = calls(CALLS, CHEAP, 12_345, 4_000, 777, 2);
        List<Pair> pairs =
                switch (cause) {
                    case CALLS -> List.of(pair("a", before, calls(3 * CALLS, CHEAP, 12_345, 4_000, 777, 2), null));
                    case MODELS ->
                        List.of(
                                pair("a", before, Sums.NONE, null),
                                pair("b", Sums.NONE, calls(CALLS, DEAR, 12_345, 4_000, 777, 2), null));
                    case TOKENS -> List.of(pair("a", before, calls(CALLS, CHEAP, 24_690, 8_000, 1_554, 2), null));
                    case CACHED -> List.of(pair("a", before, calls(CALLS, CHEAP, 12_345, 1_000, 777, 2), null));
                    case SEARCHES -> List.of(pair("a", before, calls(CALLS, CHEAP, 12_345, 4_000, 777, 5), null));
                    case PRICE -> List.of(pair("a", before, calls(CALLS, DEAR, 12_345, 4_000, 777, 2), DEAR));
                    case REST -> List.of(pair("a", before, more(before, 10_000_000, 0), null));
                    case REFUNDS -> List.of(pair("a", more(before, 0, 15_000_000), before, null));
                };
        Reasons reasons = Reasons.of(pairs);
        long rounding = cause == Cause.REST ? 0 : 10_000L * CALLS * 4;
        assertThat(reasons.isShown()).isTrue();
        assertThat(Math.abs(reasons.difference() - reasons.of(cause))).isLessThanOrEqualTo(rounding);
        for (Cause other : Cause.values()) {
            if (other != cause && other != Cause.REST) {
                assertThat(reasons.of(other)).as(other.name()).isZero();
            }
        }
        assertThat(reasons.main().cause()).isEqualTo(cause);
    }

    private static Sums more(Sums sums, long charged, long refunded) {
        return new Sums(
                sums.calls(),
                sums.charged() + charged,
                sums.refunded() + refunded,
                sums.input(),
                sums.cached(),
                sums.output(),
                sums.searches());
    }

    @Test
    void a_sentence_names_the_models_that_rose_and_fell() {
        Sums half = calls(50, CHEAP, 12_345, 4_000, 777, 2);
        Sums whole = calls(CALLS, CHEAP, 12_345, 4_000, 777, 2);
        Reasons.Main main = Reasons.of(List.of(
                        pair("kept", whole, whole, null),
                        pair("old", whole, half, null),
                        pair("new", Sums.NONE, calls(50, DEAR, 12_345, 4_000, 777, 2), null)))
                .main();
        assertThat(main.cause()).isEqualTo(Cause.MODELS);
        assertThat(Objects.requireNonNull(main.risen()).pair().model()).isEqualTo("new");
        assertThat(Objects.requireNonNull(main.fallen()).pair().model()).isEqualTo("old");
    }

    @Test
    void ties_go_to_the_first_key_and_the_first_cause() {
        Sums before = new Sums(10, 10_000_000, 3_000_000, 0, 0, 0, 0);
        Sums now = new Sums(13, 13_000_000, 0, 0, 0, 0, 0);
        Reasons.Main main = Reasons.of(
                        List.of(new Pair("key_b", "a", before, now, null), new Pair("key_a", "a", before, now, null)))
                .main();
        assertThat(main.key()).isEqualTo("key_a");
        assertThat(main.cause()).isEqualTo(Cause.CALLS);
    }

    @Test
    void a_change_is_explained_from_5_percent_and_1_credit_on() {
        assertThat(shown(20_000_000, 21_000_000)).isTrue();
        assertThat(shown(20_000_000, 20_999_999)).isFalse();
        assertThat(shown(20_000_001, 21_000_001)).isFalse();
        assertThat(shown(2_000_000, 1_000_001)).isFalse();
        assertThat(shown(2_000_000, 1_000_000)).isTrue();
        Pair fresh = new Pair("key_a", "a", Sums.NONE, new Sums(1, 9_000_000, 0, 0, 0, 0, 0), null);
        assertThat(Reasons.of(List.of(fresh)).isShown()).isFalse();
    }

    private static boolean shown(long before, long now) {
        return Reasons.of(List.of(new Pair(
                        "key_a", "a", new Sums(1, before, 0, 0, 0, 0, 0), new Sums(1, now, 0, 0, 0, 0, 0), null)))
                .isShown();
    }
}
