package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.pages.frame.Change;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;

/**
 * The spend of keys, teams or members in the present month of a zone.
 *
 * @param micros net, by the id of the key, the team or the member
 * @param before the same of the month before, to the same moment
 */
public record MonthSpend(Map<String, Long> micros, Map<String, Long> before, boolean isBeforePartOfDay) {

    /** Reads what each has spent. Blocks. */
    public static MonthSpend of(AccountHistory history, String account, ZoneId zone, Instant now, UsageQuestion.By by) {
        Span month = MonthPace.span(history, zone, now);
        Span past = history.before(month, true);
        return new MonthSpend(
                history.spent(account, UsageQuestion.of(month, by)),
                history.spent(account, UsageQuestion.of(past, by)),
                past.isPartOfDay());
    }

    public Change change(String owner) {
        return Change.ofAmount(micros(owner), before.getOrDefault(owner, 0L), isBeforePartOfDay, Change.Good.NEITHER);
    }

    public long micros(String owner) {
        return micros.getOrDefault(owner, 0L);
    }
}
