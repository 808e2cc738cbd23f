package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.books.budgets.BudgetCalendar;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.Budget;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.calls.OpenHold;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The owners in whose windows a call counts, the innermost first: its key, its member, its team, its account. All windows begin on the hour, so the calls
 * of a key in one hour have the same owners, which are kept. For one thread.
 */
final class SpendOwners {

    /** The most keys whose owners are kept. */
    private static final int KEPT_MAX = 10_000;

    private final BudgetCalendar utc = new BudgetCalendar(ZoneOffset.UTC);
    private final Map<String, Kept> ofUnlimited = new HashMap<>();
    private final Map<String, Kept> ofLimited = new HashMap<>();

    /** The owners of a key's calls in an hour. @param hold one of the calls */
    private record Kept(
            OpenHold hold,
            long hour,
            SpendLimits ofKey,
            SpendLimits ofAccount,
            Budgets budgets,
            List<SpendOwner> owners) {

        boolean isOf(OpenHold other, long at, SpendLimits keys, SpendLimits accounts, Budgets present) {
            return hour == at
                    && budgets == present
                    && hold.memberId().equals(other.memberId())
                    && hold.teamId().equals(other.teamId())
                    && ofKey.equals(keys)
                    && ofAccount.equals(accounts);
        }
    }

    /**
     * A window of an owner.
     *
     * @param limitMicros {@link Long#MAX_VALUE} where it is counted only
     * @param calendar of the window
     */
    record Limit(WindowRow.Id window, long limitMicros, BudgetCalendar calendar) {

        boolean isBudget() {
            return window.isOfBudget();
        }

        /** Returns the zone of a budget's window; null for a limit, whose windows are of UTC. */
        @Nullable
        ZoneId zone() {
            return isBudget() ? calendar.zone() : null;
        }

        @Nullable
        Instant endsAt(Instant at) {
            return calendar.at(window.kind(), at.toEpochMilli()).end();
        }
    }

    /**
     * An owner of spend windows in which a call counts.
     *
     * @param name of a team; else empty
     * @param limits on its windows
     */
    record SpendOwner(Owner kind, String id, String name, List<Limit> limits) {

        Spender spender() {
            return new Spender(kind, id, name);
        }
    }

    /**
     * Returns the owners of a call.
     *
     * @param ofKey the limits in the key's row
     * @param ofAccount the limits in the account's row: its windows are counted only if it has one
     */
    List<SpendOwner> of(OpenHold hold, SpendLimits ofKey, SpendLimits ofAccount, Budgets budgets) {
        Map<String, Kept> all = ofKey.unlimited() && ofAccount.unlimited() ? ofUnlimited : ofLimited;
        long hour = SpendWindow.HOUR.startMillis(hold.createdAtMillis());
        Kept kept = all.get(hold.keyId());
        if (kept == null || !kept.isOf(hold, hour, ofKey, ofAccount, budgets)) {
            if (all.size() >= KEPT_MAX) {
                all.clear();
            }
            kept = new Kept(hold, hour, ofKey, ofAccount, budgets, found(hold, ofKey, ofAccount, budgets));
            all.put(hold.keyId(), kept);
        }
        return kept.owners();
    }

    private List<SpendOwner> found(OpenHold hold, SpendLimits ofKey, SpendLimits ofAccount, Budgets budgets) {
        boolean hasBudgets = budgets.version() > 0;
        if (ofAccount.unlimited() && !hasBudgets) {
            return List.of(owner(Owner.KEY, hold.keyId(), "", limits(hold.keyId(), ofKey, hold)));
        }
        List<SpendOwner> owners = new ArrayList<>(4);
        List<Limit> onKey = limits(hold.keyId(), ofKey, hold);
        List<Limit> onAccount = ofAccount.unlimited() ? new ArrayList<>() : limits(hold.accountId(), ofAccount, hold);
        if (hasBudgets) {
            add(onKey, hold, hold.keyId(), budgets.of(hold.keyId()), budgets);
            add(onAccount, hold, Budgets.ACCOUNT, budgets.of(Budgets.ACCOUNT), budgets);
        }
        owners.add(owner(Owner.KEY, hold.keyId(), "", onKey));
        if (hasBudgets && !hold.memberId().isEmpty()) {
            List<Limit> onMember = new ArrayList<>();
            add(onMember, hold, hold.memberId(), budgets.ofMember(hold.memberId()), budgets);
            owners.add(owner(Owner.MEMBER, hold.memberId(), "", onMember));
        }
        if (hasBudgets && !hold.teamId().isEmpty()) {
            List<Limit> onTeam = new ArrayList<>();
            add(onTeam, hold, hold.teamId(), budgets.of(hold.teamId()), budgets);
            owners.add(owner(Owner.TEAM, hold.teamId(), budgets.teamName(hold.teamId()), onTeam));
        }
        owners.add(owner(Owner.ACCOUNT, hold.accountId(), "", onAccount));
        owners.removeIf(owner -> owner.limits().isEmpty());
        return owners;
    }

    private static SpendOwner owner(Owner kind, String id, String name, List<Limit> limits) {
        return new SpendOwner(kind, id, name, limits);
    }

    private List<Limit> limits(String ownerId, SpendLimits limits, OpenHold hold) {
        List<Limit> all = new ArrayList<>(SpendWindow.OF_LIMITS.size());
        for (SpendWindow window : SpendWindow.OF_LIMITS.reversed()) {
            long start = window.startMillis(hold.createdAtMillis());
            all.add(new Limit(new WindowRow.Id("", ownerId, window, start), limits.of(window), utc));
        }
        return all;
    }

    /** Adds the windows of budgets. A budget that was set later than the call's window began does not count it. */
    private static void add(
            List<Limit> limits, OpenHold hold, String owner, Map<SpendWindow, Budget> ofOwner, Budgets budgets) {
        ofOwner.forEach((window, budget) -> {
            if (hold.createdAtMillis() >= budget.sinceMillis()) {
                long start =
                        budgets.calendar().at(window, hold.createdAtMillis()).startMillis();
                limits.add(new Limit(
                        new WindowRow.Id(hold.accountId(), owner, window, start),
                        budget.ofMicros(),
                        budgets.calendar()));
            }
        });
    }
}
