package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.Span.Past;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.pages.frame.Change;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;

/**
 * The spend of keys, teams or members in the present month of a zone.
 *
 * @param micros net, by the id of the key, the team or the member
 * @param before the same of the month before, to the same moment
 * @param past that time
 */
public record MonthSpend(Map<String, Long> micros, Map<String, Long> before, Past past) {

    /** Reads what each has spent. Blocks. */
    public static MonthSpend of(AccountHistory history, String account, ZoneId zone, Instant now, UsageQuestion.By by) {
        Span month = MonthPace.span(history, zone, now);
        Past past = history.past(account, month, true);
        return new MonthSpend(
                history.spent(account, UsageQuestion.of(month, by)),
                history.spent(account, UsageQuestion.of(past.span(), by)),
                past);
    }

    public Change change(String owner, Money money) {
        return Change.ofAmount(micros(owner), before.getOrDefault(owner, 0L), past, Change.Good.NEITHER, money);
    }

    public long micros(String owner) {
        return micros.getOrDefault(owner, 0L);
    }
}
