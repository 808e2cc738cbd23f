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
 * @param names for a quarter or a day: account, key and model; for an hour: channel, model, the upstream's name of it, and how calls ended
 * @param missing what has to be added to each sum, in their order, for it to be right
 */
public record UsageDifference(Of of, long startsAt, List<String> names, List<Long> missing) {

    /** The tables. */
    public enum Of {
        QUARTER,
        DAY,
        HOUR;

        List<String> sums() {
            return this == HOUR ? UsageSql.HOUR_SUMS : UsageSql.SUMS;
        }
    }

    String sentence() {
        String whose = of == Of.HOUR
                ? "channel '%s', model %s (upstream '%s'), %s".formatted(names.toArray())
                : "account %s, key %s, model %s".formatted(names.toArray());
        return "usage of %s, %s from %s: %s"
                .formatted(
                        whose,
                        of.name().toLowerCase(Locale.ROOT),
                        Instant.ofEpochMilli(startsAt),
                        wrong(of.sums(), missing));
    }

    static String wrong(List<String> sums, List<Long> missing) {
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
