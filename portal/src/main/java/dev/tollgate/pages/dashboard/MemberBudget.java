package dev.tollgate.pages.dashboard;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.SpendPath.LimitUse;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The budget that leaves a member or a team the least, as a figure of the overview instead of the balance.
 *
 * @param text such as {@code 12.40 of 50.00 credits}
 * @param about such as {@code this month, resets 1 December 00:00 (Berlin)}
 */
public record MemberBudget(String text, String exact, String about) {

    private static final TimeForm TIME = TimeForm.LONG_MINUTE;

    /** Returns null for a person who sees the balance, and without a budget. @param teamId of the team whose budget it is; null for the member's own */
    static @Nullable MemberBudget of(Ledger ledger, Person person, @Nullable String teamId, Money money, Instant now) {
        Membership membership = person.membership();
        if (membership == null || person.may(Right.BALANCE)) {
            return null;
        }
        KeyOwner owner = teamId == null ? new KeyOwner(membership.id(), "", "") : new KeyOwner("", teamId, "");
        return ledger.path(person.accountId(), "", owner, SpendLimits.NONE, now)
                .flatMap(path -> path.limits().stream()
                        .filter(limit -> limit.owner().kind() == (teamId == null ? Owner.MEMBER : Owner.TEAM))
                        .min(Comparator.comparing(LimitUse::leftMicros)))
                .map(limit -> of(limit, money))
                .orElse(null);
    }

    private static MemberBudget of(LimitUse limit, Money money) {
        BudgetBar bar = BudgetBar.of(limit, "");
        String resets = bar.resets(TIME, bar.zone());
        return new MemberBudget(
                say("{left} of {limit}", bar.left(money), money.sum(limit.limitMicros()) + money.unit()),
                Money.exact(limit.leftMicros()),
                resets == null ? words(limit.window()) : say("{window}, resets {time}", words(limit.window()), resets));
    }

    private static String words(SpendWindow window) {
        return switch (window) {
            case HOUR -> say("this hour");
            case DAY -> say("today");
            case WEEK -> say("this week");
            case MONTH -> say("this month");
            case TOTAL -> say("in all");
        };
    }
}
