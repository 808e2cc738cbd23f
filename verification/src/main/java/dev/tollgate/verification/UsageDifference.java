package dev.tollgate.verification;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A row of the usage tables that is not the sum of its calls and refunds.
 *
 * @param of the table
 * @param startsAt of the row, milliseconds
 * @param names for a quarter or a day: account, key and model; for an hour: channel, model, the upstream's name of it, and how calls ended; for a label's
 *     day: account, number and model
 * @param missing what has to be added to each sum, in their order, for it to be right
 */
public record UsageDifference(Of of, long startsAt, List<String> names, List<Long> missing) {

    /** The tables. */
    public enum Of {
        QUARTER,
        DAY,
        HOUR,
        LABEL;

        List<String> sums() {
            return switch (this) {
                case QUARTER, DAY -> UsageSql.SUMS;
                case HOUR -> UsageSql.HOUR_SUMS;
                case LABEL -> UsageSql.LABEL_SUMS;
            };
        }
    }

    String sentence() {
        String whose =
                switch (of) {
                    case HOUR -> "channel '%s', model %s (upstream '%s'), %s".formatted(names.toArray());
                    case LABEL -> "account %s, label %s, model %s".formatted(names.toArray());
                    case QUARTER, DAY -> "account %s, key %s, model %s".formatted(names.toArray());
                };
        return "usage of %s, %s from %s: %s"
                .formatted(
                        whose,
                        of == Of.LABEL ? "day" : of.name().toLowerCase(Locale.ROOT),
                        Instant.ofEpochMilli(startsAt),
                        wrong(of.sums(), missing));
    }

    private static String wrong(List<String> sums, List<Long> missing) {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            long lacks = missing.get(i);
            if (lacks != 0) {
                wrong.add(Math.abs(lacks) + " " + sums.get(i) + (lacks > 0 ? " too few" : " too many"));
            }
        }
        return String.join(", ", wrong);
    }
}
