package dev.tollgate.models;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.money.Credits;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The price of a model for the customer. Its charge is a pure function of the usage, exact and rounded once by the profile's rule (P6).
 *
 * @param version names this price for good: a past statement never changes
 * @param tariff the rates
 * @param reasoningBilled whether thoughts are billed at the output rate (D6)
 * @param rounding the profile's rule (D9, D30)
 */
public record Pricing(String version, Tariff tariff, boolean reasoningBilled, Rounding rounding) {

    /** The highest allowed rate. */
    public static final long MICROS_PER_MILLION_MAX = PriceRates.MAX;

    /** Part of the version of a price that was set while the program runs; no version of the catalogue has it. */
    public static final String SET_MARK = "set-";

    /** Stands between the version of a standard price and the price group's name and number. */
    public static final char GROUP_MARK = '*';

    /** A factor of 1 in thousandths. */
    public static final int GROUP_ONE = 1_000;

    private static final long LEAST_TOKENS = 256;
    private static final long LEAST_TOKENS_REASONING_BILLED = 512;
    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    /** Makes a price of input and output alone, in micro-credits per million tokens. */
    public Pricing(
            String version,
            long inputMicrosPerMillion,
            long outputMicrosPerMillion,
            boolean reasoningBilled,
            Rounding rounding) {
        this(version, Tariff.of(inputMicrosPerMillion, outputMicrosPerMillion), reasoningBilled, rounding);
    }

    /** Returns this price under another version. */
    public Pricing named(String version) {
        return new Pricing(version, tariff, reasoningBilled, rounding);
    }

    /**
     * Returns this price in a price group, under a version of its own; with a factor of 1 this price itself (Z2). Rates are multiplied; thoughts, rounding
     * and minimum stay.
     *
     * @param permille the factor in thousandths
     * @param group the group's name and its version's number, as in {@code gold.3}
     * @throws IllegalArgumentException if a rate would be out of range
     */
    public Pricing inGroup(int permille, String group) {
        return permille == GROUP_ONE
                ? this
                : new Pricing(version + GROUP_MARK + group, tariff.times(permille), reasoningBilled, rounding);
    }

    /** Returns name and number of the price group in a version's name, as in {@code gold.3}; null for a standard price. */
    public static @Nullable String groupOf(String version) {
        int mark = version.indexOf(GROUP_MARK);
        return mark < 0 ? null : version.substring(mark + 1);
    }

    /** Returns the standard price's version of a version's name. */
    public static String baseOf(String version) {
        int mark = version.indexOf(GROUP_MARK);
        return mark < 0 ? version : version.substring(0, mark);
    }

    /** Returns whether prices and rounding are the same, in any version. */
    public boolean isWorth(Pricing other) {
        return equals(other.named(version));
    }

    /** Returns micro-credits per million tokens of a prompt that is neither long nor cached, at the standard tier. */
    public long inputMicrosPerMillion() {
        return tariff.rates().inputMicros();
    }

    /** Returns micro-credits per million output tokens after such a prompt. */
    public long outputMicrosPerMillion() {
        return tariff.rates().outputMicros();
    }

    /** Returns this price without the service tier flex, for lists of what can be asked for. */
    Pricing withoutFlex() {
        Tariff.Tiers others = new Tariff.Tiers(0, tariff.tiers().priority());
        return new Pricing(
                version,
                new Tariff(tariff.rates(), tariff.above(), tariff.searchCounts(), others),
                reasoningBilled,
                rounding);
    }

    /** Returns whether callers may ask for a service tier (P4). */
    public boolean offers(ServiceTier tier) {
        return tariff.tiers().offers(tier);
    }

    /**
     * The rounding of an exact cost to a charge.
     *
     * @param form the rounded amounts and the direction
     * @param stepMicros the smallest amount charged, in micro-credits
     * @param minimumMicros the least charge if any token was used (D9)
     */
    public record Rounding(Form form, long stepMicros, long minimumMicros) {

        public enum Form {
            /** The sum is cut down to whole steps. */
            FLOOR_TOTAL("floor-total"),
            /** Input, searches included, and output are each rounded to the nearest step, a half upwards (D21). */
            NEAREST_COMPONENT("nearest-component");

            private final String word;

            Form(String word) {
                this.word = word;
            }

            /** Returns its name in the catalogue and in price lists. */
            public String word() {
                return word;
            }

            /** @throws IllegalArgumentException if no form has this name */
            static Form of(String word) {
                for (Form form : values()) {
                    if (form.word.equals(word)) {
                        return form;
                    }
                }
                throw new IllegalArgumentException("no rounding: " + word);
            }
        }

        /** A thousand credits: no rule is coarser. */
        private static final long STEP_MICROS_MAX = 1_000_000_000;

        /** Returns the rule in words, for a task's pricing detail. */
        public String describe() {
            String step = Credits.text(stepMicros);
            String minimum = Credits.text(minimumMicros);
            return switch (form) {
                case FLOOR_TOTAL -> "floor to " + step + ", minimum " + minimum;
                case NEAREST_COMPONENT ->
                    "input and output each to the nearest " + step + ", a half up"
                            + (minimumMicros == 0 ? "" : ", minimum " + minimum);
            };
        }

        /** Returns this rounding for a price at which input and output cost nothing. */
        public Rounding withoutMinimum() {
            return new Rounding(form, stepMicros, 0);
        }

        public Rounding {
            if (stepMicros < 1 || stepMicros > STEP_MICROS_MAX || minimumMicros < 0) {
                throw new IllegalArgumentException("rounding out of range");
            }
        }
    }

    /** Returns the charge for a usage in micro-credits. */
    public long chargeMicros(Usage usage) {
        long charge = roundedMicros(sum(usage));
        return usage.isNone() ? charge : Math.max(charge, rounding.minimumMicros());
    }

    private long roundedMicros(Tariff.Sum sum) {
        return switch (rounding.form()) {
            case FLOOR_TOTAL -> sum.isLong() ? floor(sum.inputLong() + sum.outputLong()) : floor(sum.total());
            case NEAREST_COMPONENT -> inputUnitsMicros(sum) + outputUnitsMicros(sum);
        };
    }

    private Tariff.Sum sum(Usage usage) {
        return tariff.sum(usage, billedOutputTokens(usage));
    }

    /** Returns the input's share, rounded separately: only if components are rounded. */
    public long inputUnitsMicros(Usage usage) {
        return inputUnitsMicros(sum(usage));
    }

    private long inputUnitsMicros(Tariff.Sum sum) {
        return sum.isLong() ? nearest(sum.inputLong()) : nearest(sum.input());
    }

    /** Returns the output's share, rounded separately: only if components are rounded. */
    public long outputUnitsMicros(Usage usage) {
        return outputUnitsMicros(sum(usage));
    }

    private long outputUnitsMicros(Tariff.Sum sum) {
        return sum.isLong() ? nearest(sum.outputLong()) : nearest(sum.output());
    }

    /** Returns the exact, unrounded cost in credits (D9: shown in the task's pricing detail). */
    public BigDecimal exactCredits(Usage usage) {
        Tariff.Sum exact = sum(usage);
        BigDecimal sum = exact.isLong()
                ? BigDecimal.valueOf(exact.inputLong() + exact.outputLong(), 12)
                : new BigDecimal(exact.total(), 12);
        return sum.signum() == 0 ? BigDecimal.ZERO : sum.stripTrailingZeros();
    }

    /**
     * Returns the number of visible output tokens that a budget pays for, in addition to a usage (D31): the most whose charge stays
     * within it.
     *
     * @param bound the prompt's bound, with output that is certain, if any
     * @param tokensMax the most tokens needed
     * @return 0 to {@code tokensMax}; -1 if the budget does not even cover {@code bound}
     */
    public long outputTokensCovered(Usage bound, long budgetMicros, long tokensMax) {
        if (chargeMicros(bound) > budgetMicros) {
            return -1;
        }
        long certain = billedOutputTokens(bound);
        long covered = 0;
        long tooMany = tokensMax + 1;
        while (tooMany - covered > 1) {
            long middle = (covered + tooMany) >>> 1;
            long charge = roundedMicros(tariff.sum(bound, certain + middle));
            if (Math.max(charge, rounding.minimumMicros()) <= budgetMicros) {
                covered = middle;
            } else {
                tooMany = middle;
            }
        }
        return covered;
    }

    /** Returns the exact price in credits of an image of so many tokens, at the standard tier after a short prompt. */
    public BigDecimal imageCredits(long tokens) {
        BigDecimal rate = BigDecimal.valueOf(tariff.rates().imageMicros(), 6);
        BigDecimal credits = rate.multiply(BigDecimal.valueOf(tokens, 6)).stripTrailingZeros();
        return credits.scale() < 0 ? credits.setScale(0) : credits;
    }

    /** The output that a call has to hold credits for at least, unless its maximum is less (D31). */
    public long leastOutputTokens() {
        return reasoningBilled ? LEAST_TOKENS_REASONING_BILLED : LEAST_TOKENS;
    }

    /** Returns the tokens billed at the output price. */
    public long billedOutputTokens(Usage usage) {
        return usage.candidatesTokens() + (reasoningBilled ? usage.thoughtsTokens() : 0);
    }

    private long floor(long timesMillion) {
        return timesMillion / 1_000_000 / rounding.stepMicros() * rounding.stepMicros();
    }

    private long floor(BigInteger timesMillion) {
        BigInteger steps = timesMillion.divide(MILLION.multiply(BigInteger.valueOf(rounding.stepMicros())));
        return steps.longValueExact() * rounding.stepMicros();
    }

    private long nearest(long timesMillion) {
        long stepTimesMillion = 1_000_000 * rounding.stepMicros();
        long steps = timesMillion / stepTimesMillion;
        boolean up = (timesMillion - steps * stepTimesMillion) * 2 >= stepTimesMillion;
        return (up ? steps + 1 : steps) * rounding.stepMicros();
    }

    private long nearest(BigInteger timesMillion) {
        BigInteger step = MILLION.multiply(BigInteger.valueOf(rounding.stepMicros()));
        BigInteger steps = timesMillion.shiftLeft(1).add(step).divide(step.shiftLeft(1));
        return steps.longValueExact() * rounding.stepMicros();
    }
}
