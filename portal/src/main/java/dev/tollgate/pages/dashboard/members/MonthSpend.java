package dev.tollgate.pages.dashboard.members;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.pages.dashboard.usage.MonthPace;
import dev.tollgate.pages.frame.Change;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The spend of teams or members in the present month of the organization's time zone.
 *
 * @param micros net, by the id of the team or the member
 * @param before the same of the month before, to the same moment
 */
record MonthSpend(Map<String, Long> micros, Map<String, Long> before, boolean isBeforePartOfDay) {

    static MonthSpend ofTeams(Ledger ledger, AccountHistory history, String account, Instant now) {
        return of(ledger, history, account, now, UsageQuestion.By.TEAM, UsageGroup::teamId);
    }

    static MonthSpend ofMembers(Ledger ledger, AccountHistory history, String account, Instant now) {
        return of(ledger, history, account, now, UsageQuestion.By.MEMBER, UsageGroup::memberId);
    }

    private static MonthSpend of(
            Ledger ledger,
            AccountHistory history,
            String account,
            Instant now,
            UsageQuestion.By by,
            Function<UsageGroup, @Nullable String> owner) {
        Span month = MonthPace.span(history, ledger.budgets(account, now).zone(), now);
        Span past = history.before(month, true);
        return new MonthSpend(
                micros(history, account, month, by, owner),
                micros(history, account, past, by, owner),
                past.isPartOfDay());
    }

    private static Map<String, Long> micros(
            AccountHistory history,
            String account,
            Span span,
            UsageQuestion.By by,
            Function<UsageGroup, @Nullable String> owner) {
        Map<String, Long> micros = new HashMap<>();
        history.usage(account, UsageQuestion.of(span, by))
                .groups()
                .forEach(group -> micros.merge(
                        Objects.requireNonNullElse(owner.apply(group), ""),
                        group.figures().netMicros(),
                        Long::sum));
        return micros;
    }

    Change change(String owner) {
        return Change.ofAmount(micros(owner), before.getOrDefault(owner, 0L), isBeforePartOfDay, Change.Good.NEITHER);
    }

    long micros(String owner) {
        return micros.getOrDefault(owner, 0L);
    }
}
