package dev.tollgate.models;

import dev.tollgate.base.money.Credits;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The price of a model for the customer.
 *
 * @param version names this price for good: a past statement never changes
 * @param inputMicrosPerMillion micro-credits per million input tokens
 * @param outputMicrosPerMillion micro-credits per million output tokens
 * @param reasoningBilled whether thoughts are billed at the output rate (D6)
 * @param rounding the profile's rule (D9, D30)
 */
public record Pricing(
        String version,
        long inputMicrosPerMillion,
        long outputMicrosPerMillion,
        boolean reasoningBilled,
        Rounding rounding) {

    /** The highest allowed price, a million credits per million tokens: keeps every product far below 128 bits. */
    public static final long MICROS_PER_MILLION_MAX = 1_000_000_000_000L;

    /** Part of the version of a price that was set while the program runs; no version of the catalogue has it. */
    public static final String SET_MARK = "set-";

    private static final long LEAST_TOKENS = 256;
    private static final long LEAST_TOKENS_REASONING_BILLED = 512;
    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    /** Returns this price under another version. */
    public Pricing named(String version) {
        return new Pricing(version, inputMicrosPerMillion, outputMicrosPerMillion, reasoningBilled, rounding);
    }

    /** Returns whether prices and rounding are the same, in any version. */
    public boolean isWorth(Pricing other) {
        return equals(other.named(version));
    }

    public Pricing {
        if (inputMicrosPerMillion < 0
                || outputMicrosPerMillion < 0
                || inputMicrosPerMillion > MICROS_PER_MILLION_MAX
                || outputMicrosPerMillion > MICROS_PER_MILLION_MAX) {
            throw new IllegalArgumentException("price out of range");
        }
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
            FLOOR_TOTAL,
            /** Input and output are each rounded to the nearest step, a half upwards (D21). */
            NEAREST_COMPONENT
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

        public Rounding {
            if (stepMicros < 1 || stepMicros > STEP_MICROS_MAX || minimumMicros < 0) {
                throw new IllegalArgumentException("rounding out of range");
            }
        }
    }

    /** Returns the charge for a usage in micro-credits. */
    public long chargeMicros(Usage usage) {
        long charge =
                switch (rounding.form()) {
                    case FLOOR_TOTAL -> floorTotalMicros(usage);
                    case NEAREST_COMPONENT -> inputUnitsMicros(usage) + outputUnitsMicros(usage);
                };
        return usage.isNone() ? charge : Math.max(charge, rounding.minimumMicros());
    }

    private long floorTotalMicros(Usage usage) {
        if (fitsLong(usage)) {
            long timesMillion =
                    usage.inputTokens() * inputMicrosPerMillion + billedOutputTokens(usage) * outputMicrosPerMillion;
            return timesMillion / 1_000_000 / rounding.stepMicros() * rounding.stepMicros();
        }
        return floor(inputTimesMillion(usage).add(outputTimesMillion(usage)));
    }

    /** Returns the input's share, rounded separately: only if components are rounded. */
    public long inputUnitsMicros(Usage usage) {
        return fitsLong(usage)
                ? nearest(usage.inputTokens() * inputMicrosPerMillion)
                : nearest(inputTimesMillion(usage));
    }

    /** Returns the output's share, rounded separately: only if components are rounded. */
    public long outputUnitsMicros(Usage usage) {
        return fitsLong(usage)
                ? nearest(billedOutputTokens(usage) * outputMicrosPerMillion)
                : nearest(outputTimesMillion(usage));
    }

    /** Returns the exact, unrounded cost in credits (D9: shown in the task's pricing detail). */
    public BigDecimal exactCredits(Usage usage) {
        BigDecimal sum = fitsLong(usage)
                ? BigDecimal.valueOf(
                        usage.inputTokens() * inputMicrosPerMillion
                                + billedOutputTokens(usage) * outputMicrosPerMillion,
                        12)
                : new BigDecimal(inputTimesMillion(usage).add(outputTimesMillion(usage)), 12);
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
        long covered = 0;
        long tooMany = tokensMax + 1;
        while (tooMany - covered > 1) {
            long middle = (covered + tooMany) >>> 1;
            if (chargeMicros(bound.plusOutput(middle)) <= budgetMicros) {
                covered = middle;
            } else {
                tooMany = middle;
            }
        }
        return covered;
    }

    /** The output that a call has to hold credits for at least, unless its maximum is less (D31). */
    public long leastOutputTokens() {
        return reasoningBilled ? LEAST_TOKENS_REASONING_BILLED : LEAST_TOKENS;
    }

    /** Returns the tokens billed at the output price. */
    public long billedOutputTokens(Usage usage) {
        return usage.candidatesTokens() + (reasoningBilled ? usage.thoughtsTokens() : 0);
    }

    private BigInteger inputTimesMillion(Usage usage) {
        return BigInteger.valueOf(usage.inputTokens()).multiply(BigInteger.valueOf(inputMicrosPerMillion));
    }

    /** Returns whether both products and their sum fit 62 bits, as they do at real prices: then plain arithmetic is exact. */
    private boolean fitsLong(Usage usage) {
        return isSmall(usage.inputTokens(), inputMicrosPerMillion)
                && isSmall(billedOutputTokens(usage), outputMicrosPerMillion);
    }

    private static boolean isSmall(long tokens, long microsPerMillion) {
        return Long.numberOfLeadingZeros(tokens) + Long.numberOfLeadingZeros(microsPerMillion) >= 67;
    }

    private BigInteger outputTimesMillion(Usage usage) {
        return BigInteger.valueOf(billedOutputTokens(usage)).multiply(BigInteger.valueOf(outputMicrosPerMillion));
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
