package dev.tollgate.pages.dashboard.usage;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.SoldTo;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The difference between the spend of a range and of the range before, by key and model, taken apart into causes. A cause's amount is
 * the value after it less the value ahead of it; both are exact fractions, each rounded to a micro-credit, so the amounts of all causes add up to
 * the difference. Pure.
 *
 * @param lines each key and model once, in the order of keys, then models
 */
record Reasons(List<Line> lines) {

    /** The least change that is explained: a credit, and a twentieth of the spend before. */
    private static final long LEAST_MICROS = 1_000_000;

    private static final long LEAST_PART = 20;

    /** The causes, in the order in which they are taken apart. */
    enum Cause {
        CALLS(sentence("more calls"), sentence("fewer calls")),
        MODELS(sentence("dearer models"), sentence("cheaper models")),
        TOKENS(sentence("longer calls"), sentence("shorter calls")),
        CACHED(sentence("less cached"), sentence("more cached")),
        SEARCHES(sentence("more searches"), sentence("fewer searches")),
        PRICE(sentence("higher prices"), sentence("lower prices")),
        REST(sentence("other"), sentence("other")),
        REFUNDS(sentence("fewer refunds"), sentence("more refunds"));

        private final Sentence more;
        private final Sentence less;

        Cause(Sentence more, Sentence less) {
            this.more = more;
            this.less = less;
        }

        /** Returns the head of its column. @param micros what it added in all */
        String head(long micros) {
            return (micros < 0 ? less : more).said();
        }
    }

    /**
     * Sums of a key's calls of a model.
     *
     * @param input tokens, cached ones included
     * @param output tokens that are charged
     */
    record Sums(long calls, long charged, long refunded, long input, long cached, long output, long searches) {

        static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0, 0);

        static Sums of(Figures figures, boolean thoughtsBilled) {
            return new Sums(
                    figures.calls(),
                    figures.chargedMicros(),
                    figures.refundedMicros(),
                    figures.promptTokens(),
                    figures.cachedTokens(),
                    figures.completionTokens() + (thoughtsBilled ? figures.thoughtsTokens() : 0),
                    figures.searches());
        }

        long net() {
            return charged - refunded;
        }
    }

    /** A model's rates at the end of each range, at the standard tier, for short prompts. */
    record Rates(PriceRates before, PriceRates now) {}

    /** @param rates null if the model has none, or is charged in printed units */
    record Pair(
            String key,
            String model,
            Sums before,
            Sums now,
            @Nullable Rates rates) {

        static Pair of(
                String key,
                String model,
                Figures before,
                Figures now,
                SoldTo prices,
                String account,
                Instant endBefore,
                Instant endNow) {
            Model sold = prices.standard().find(model);
            if (sold == null) {
                return new Pair(key, model, Sums.of(before, false), Sums.of(now, false), null);
            }
            Pricing old = prices.past(account, sold, endBefore);
            Pricing present = prices.past(account, sold, endNow);
            return new Pair(
                    key,
                    model,
                    Sums.of(before, old.reasoningBilled()),
                    Sums.of(now, present.reasoningBilled()),
                    sold.usageForm() == Model.UsageForm.UNITS
                            ? null
                            : new Rates(old.tariff().rates(), present.tariff().rates()));
        }
    }

    /** @param parts the amount of each cause, in their order */
    record Line(Pair pair, List<Long> parts) {

        long of(Cause cause) {
            return parts.get(cause.ordinal());
        }

        long difference() {
            return pair.now().net() - pair.before().net();
        }
    }

    static Reasons of(List<Pair> pairs) {
        Map<String, Long> before = calls(pairs, true);
        Map<String, Long> now = calls(pairs, false);
        return new Reasons(pairs.stream()
                .sorted(Comparator.comparing(Pair::key).thenComparing(Pair::model))
                .map(pair -> new Line(
                        pair, parts(pair, before.getOrDefault(pair.key(), 0L), now.getOrDefault(pair.key(), 0L))))
                .toList());
    }

    private static Map<String, Long> calls(List<Pair> pairs, boolean isBefore) {
        return pairs.stream()
                .collect(Collectors.groupingBy(
                        Pair::key, Collectors.summingLong(pair -> (isBefore ? pair.before() : pair.now()).calls())));
    }

    private static List<Long> parts(Pair pair, long callsBefore, long callsNow) {
        List<Long> parts = new ArrayList<>();
        BigInteger last = BigInteger.valueOf(pair.before().charged());
        for (Fraction value : values(pair, callsBefore, callsNow)) {
            BigInteger next = value.rounded();
            parts.add(next.subtract(last).longValueExact());
            last = next;
        }
        parts.add(pair.before().refunded() - pair.now().refunded());
        return parts;
    }

    /** Returns the values after each cause apart from refunds. @param callsBefore of the key, with all models */
    private static Fraction[] values(Pair pair, long callsBefore, long callsNow) {
        Sums before = pair.before();
        Sums now = pair.now();
        Fraction charged = Fraction.of(before.charged());
        Fraction[] values = new Fraction[Cause.REFUNDS.ordinal()];
        Arrays.fill(values, Fraction.of(now.charged()));
        if (callsBefore == 0 || callsNow == 0) {
            return values;
        }
        values[Cause.CALLS.ordinal()] = charged.times(Fraction.of(callsNow, callsBefore));
        if (before.calls() == 0 || now.calls() == 0) {
            return values;
        }
        Fraction growth = Fraction.of(now.calls(), before.calls());
        Fraction value = charged.times(growth);
        values[Cause.MODELS.ordinal()] = value;
        Rates rates = pair.rates();
        if (rates == null) {
            Arrays.fill(values, Cause.TOKENS.ordinal(), Cause.REST.ordinal(), value);
        } else {
            useRates(values, before, now, growth, rates);
        }
        return values;
    }

    private static void useRates(Fraction[] values, Sums before, Sums now, Fraction growth, Rates rates) {
        Fraction input = Fraction.of(now.input());
        Fraction cached = Fraction.of(now.cached());
        Fraction output = Fraction.of(now.output());
        Fraction cachedAsBefore =
                before.input() == 0 ? Fraction.of(0) : input.times(Fraction.of(before.cached(), before.input()));
        Fraction asBefore = cost(rates.before(), input, cachedAsBefore, output);
        Fraction asMany = cost(
                rates.before(),
                growth.times(Fraction.of(before.input())),
                growth.times(Fraction.of(before.cached())),
                growth.times(Fraction.of(before.output())));
        Fraction value = values[Cause.MODELS.ordinal()].plus(asBefore).minus(asMany);
        values[Cause.TOKENS.ordinal()] = value;
        Fraction atOldRates = cost(rates.before(), input, cached, output);
        value = value.plus(atOldRates).minus(asBefore);
        values[Cause.CACHED.ordinal()] = value;
        Fraction searches = Fraction.of(now.searches());
        value = value.plus(search(rates.before(), searches.minus(growth.times(Fraction.of(before.searches())))));
        values[Cause.SEARCHES.ordinal()] = value;
        values[Cause.PRICE.ordinal()] = value.plus(cost(rates.now(), input, cached, output))
                .minus(atOldRates)
                .plus(search(rates.now(), searches))
                .minus(search(rates.before(), searches));
    }

    private static Fraction cost(PriceRates rates, Fraction input, Fraction cached, Fraction output) {
        return input.minus(cached)
                .times(Fraction.of(rates.inputMicros(), 1_000_000))
                .plus(cached.times(Fraction.of(rates.cachedMicros(), 1_000_000)))
                .plus(output.times(Fraction.of(rates.outputMicros(), 1_000_000)));
    }

    private static Fraction search(PriceRates rates, Fraction searches) {
        return searches.times(Fraction.of(rates.searchMicros(), 1_000));
    }

    /** An exact number. @param under above zero */
    private record Fraction(BigInteger over, BigInteger under) {

        static Fraction of(long number) {
            return new Fraction(BigInteger.valueOf(number), BigInteger.ONE);
        }

        static Fraction of(long over, long under) {
            return new Fraction(BigInteger.valueOf(over), BigInteger.valueOf(under));
        }

        Fraction plus(Fraction other) {
            return new Fraction(
                    over.multiply(other.under).add(other.over.multiply(under)), under.multiply(other.under));
        }

        Fraction minus(Fraction other) {
            return plus(new Fraction(other.over.negate(), other.under));
        }

        Fraction times(Fraction other) {
            return new Fraction(over.multiply(other.over), under.multiply(other.under));
        }

        /** Returns the nearest whole number; of two, the one farther from zero. */
        BigInteger rounded() {
            BigInteger nearest = over.abs().shiftLeft(1).add(under).divide(under.shiftLeft(1));
            return over.signum() < 0 ? nearest.negate() : nearest;
        }
    }

    // ---- sums ----

    long before() {
        return lines.stream().mapToLong(line -> line.pair().before().net()).sum();
    }

    long difference() {
        return lines.stream().mapToLong(Line::difference).sum();
    }

    long of(Cause cause) {
        return lines.stream().mapToLong(line -> line.of(cause)).sum();
    }

    /** Returns the reasons by key, in the order of their ids. */
    Map<String, Reasons> byKey() {
        return lines.stream()
                .collect(Collectors.groupingBy(
                        line -> line.pair().key(),
                        TreeMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), Reasons::new)));
    }

    /** Returns whether the change is large enough to be explained, and there were calls to compare with. */
    boolean isShown() {
        long size = Math.abs(difference());
        return size >= LEAST_MICROS
                && BigInteger.valueOf(size)
                                .multiply(BigInteger.valueOf(LEAST_PART))
                                .compareTo(BigInteger.valueOf(before()))
                        >= 0
                && lines.stream().anyMatch(line -> line.pair().before().calls() > 0);
    }

    // ---- the sentence ----

    /**
     * The largest reason.
     *
     * @param key whose difference is the largest in the direction of the whole
     * @param cause its largest in this direction
     * @param line its line of which that cause is the largest
     * @param risen where the cause is {@link Cause#MODELS}: the line that rose most by it; null otherwise, and if none rose
     * @param fallen the same of the fall
     */
    record Main(
            String key,
            Reasons ofKey,
            Cause cause,
            Line line,
            @Nullable Line risen,
            @Nullable Line fallen) {}

    /** Returns the largest reason of a difference that is not zero. */
    Main main() {
        int sign = Long.signum(difference());
        Map.Entry<String, Reasons> key = first(
                byKey().entrySet().stream().toList(), it -> sign * it.getValue().difference());
        Reasons its = key.getValue();
        Cause cause = first(Arrays.asList(Cause.values()), it -> sign * its.of(it));
        boolean isModels = cause == Cause.MODELS;
        Line up = first(its.lines, line -> line.of(Cause.MODELS));
        Line down = first(its.lines, line -> -line.of(Cause.MODELS));
        return new Main(
                key.getKey(),
                its,
                cause,
                first(its.lines, line -> sign * line.of(cause)),
                isModels && up.of(Cause.MODELS) > 0 ? up : null,
                isModels && down.of(Cause.MODELS) < 0 ? down : null);
    }

    /** Returns the first of the largest. */
    private static <T> T first(List<T> all, ToLongFunction<T> size) {
        T found = all.getFirst();
        for (T one : all) {
            if (size.applyAsLong(one) > size.applyAsLong(found)) {
                found = one;
            }
        }
        return found;
    }
}
