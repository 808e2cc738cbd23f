package dev.tollgate.books.ledger;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.SpendWindow;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Changes the budgets of an owner in an organization, or their time zone. A change applies to decisions after the commit. A new budget counts what
 * its owner's keys have spent and hold in its present window; a new time zone counts all present windows again.
 */
public final class SetBudgets extends LedgerChange<Outcome<SetBudgets.Changed>> {

    /** The most owners of budgets in an organization. */
    public static final int OWNERS_MAX = 2_000;

    /** The shortest time between two changes of the time zone: each begins the windows again. */
    public static final Duration ZONE_EVERY = Duration.ofDays(1);

    /** @param before the budgets before the change @param after and after it */
    public record Changed(Budgets before, Budgets after) {}

    private final String accountId;
    private final String owner;
    private final UnaryOperator<Map<SpendWindow, SpendBudget>> change;
    private final @Nullable ZoneId zone;
    private final Instant at;
    private final boolean isGone;

    private SetBudgets(
            String accountId,
            String owner,
            UnaryOperator<Map<SpendWindow, SpendBudget>> change,
            @Nullable ZoneId zone,
            Instant at,
            boolean isGone) {
        this.accountId = accountId;
        this.owner = owner;
        this.change = change;
        this.zone = zone;
        this.at = at;
        this.isGone = isGone;
    }

    /**
     * Changes an owner's own budgets.
     *
     * @param owner {@link Budgets#ACCOUNT}, {@link Budgets#EACH_MEMBER} or the id of a member, a team or a key
     * @param change makes the new limits by window from the present ones; must not fail: it runs on the writer's thread
     * @param at the present time
     */
    public static SetBudgets of(
            String accountId, String owner, UnaryOperator<Map<SpendWindow, SpendBudget>> change, Instant at) {
        return new SetBudgets(accountId, owner, change, null, at, false);
    }

    /** Changes the time zone of all budgets. @param at the present time */
    public static SetBudgets zone(String accountId, ZoneId zone, Instant at) {
        return new SetBudgets(accountId, Budgets.ACCOUNT, same -> same, zone, at, false);
    }

    /** Removes the budgets of an owner that is gone. */
    static SetBudgets gone(String accountId, String owner, Instant at) {
        return new SetBudgets(accountId, owner, none -> Map.of(), null, at, true);
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Outcome<Changed> decideOver(Book book) throws SQLException {
        AccountRow account = book.account(accountId);
        if (account == null || account.isDeleted() || book.isSpendOwner(accountId, owner) == isGone) {
            return Outcome.refused(
                    404,
                    sentence(
                            "There is no such owner of budgets. Owners are account, each_member, and the ids of members, teams and keys."));
        }
        Budgets before = book.budgetsToBe(account);
        if (zone != null) {
            Instant until = before.zoneSetAt().plus(ZONE_EVERY);
            if (at.isBefore(until) && !zone.equals(before.zone())) {
                return Outcome.refused(
                        409, sentence("The time zone can be changed once a day; the next time from {time} on.", until));
            }
        }
        Budgets after = zone == null
                ? before.with(owner, change.apply(limits(before)), at.toEpochMilli())
                : before.in(zone, at.toEpochMilli());
        if (after.isAs(before)) {
            return new Outcome.Done<>(new Changed(before, before));
        }
        if (after.owners().size() > OWNERS_MAX) {
            return Outcome.refused(409, sentence("An organization has budgets of at most {max} owners.", OWNERS_MAX));
        }
        account.setBudgets(after);
        return new Outcome.Done<>(new Changed(before, after));
    }

    private Map<SpendWindow, SpendBudget> limits(Budgets budgets) {
        Map<SpendWindow, SpendBudget> limits = new EnumMap<>(SpendWindow.class);
        budgets.of(owner).forEach((window, budget) -> limits.put(window, new SpendBudget(budget.limitMicros())));
        return limits;
    }
}
