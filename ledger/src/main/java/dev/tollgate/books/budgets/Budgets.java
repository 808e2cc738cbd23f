package dev.tollgate.books.budgets;

import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The budgets of an organization as of a version of its account's row. An owner is {@link #ACCOUNT}, {@link #EACH_MEMBER} or the id of a member, a team
 * or a key. Immutable.
 */
public final class Budgets {

    /** The owner of the whole organization's budgets. */
    public static final String ACCOUNT = "account";

    /** The owner of the budgets of each member without an own one. */
    public static final String EACH_MEMBER = "each_member";

    /** The beginning of members' ids. */
    private static final String MEMBER = "mem_";

    public static final Budgets NONE = new Budgets(0, ZoneId.of("UTC"), Instant.EPOCH, Map.of(), Map.of());

    /**
     * A budget of an owner for a window.
     *
     * @param limitMicros micro-credits ≥ 0; null counts without a limit, which frees a member from the budget of each member
     * @param sinceMillis start of the window in which it was set: calls that began earlier do not count
     */
    public record Budget(@Nullable Long limitMicros, long sinceMillis) {

        /** Returns the limit, or {@link Long#MAX_VALUE} without one. */
        public long ofMicros() {
            return limitMicros == null ? Long.MAX_VALUE : limitMicros;
        }
    }

    private final long version;
    private final BudgetCalendar calendar;
    private final Instant zoneSetAt;
    private final Map<String, Map<SpendWindow, Budget>> ofOwners;
    private final Map<String, String> teamNames;

    Budgets(
            long version,
            ZoneId zone,
            Instant zoneSetAt,
            Map<String, Map<SpendWindow, Budget>> ofOwners,
            Map<String, String> teamNames) {
        this.version = version;
        this.calendar = new BudgetCalendar(zone);
        this.zoneSetAt = zoneSetAt;
        this.ofOwners = ofOwners;
        this.teamNames = teamNames;
    }

    /** Returns the version of the account's row; 0 if it never had a budget. */
    public long version() {
        return version;
    }

    public ZoneId zone() {
        return calendar.zone();
    }

    /** Returns when the time zone was changed last; 1970 if never. */
    public Instant zoneSetAt() {
        return zoneSetAt;
    }

    /** Returns the calendar for the writer's thread. */
    public BudgetCalendar calendar() {
        return calendar;
    }

    /** Returns whether nothing differs but the version and the teams' names. */
    public boolean isAs(Budgets other) {
        return zone().equals(other.zone()) && ofOwners.equals(other.ofOwners);
    }

    /** Returns the owners that have a budget, in the order of their ids. */
    public Set<String> owners() {
        return Collections.unmodifiableSet(new TreeSet<>(ofOwners.keySet()));
    }

    /** Returns what keeping them counts for: one, and one for each owner and each team's name. */
    public int size() {
        return 1 + ofOwners.size() + teamNames.size();
    }

    /** Returns an owner's own budgets. */
    public Map<SpendWindow, Budget> of(String owner) {
        return ofOwners.getOrDefault(owner, Map.of());
    }

    /** Returns the budgets that hold for a member: for each window the own one, else the budget of each member. */
    public Map<SpendWindow, Budget> ofMember(String memberId) {
        Map<SpendWindow, Budget> own = of(memberId);
        Map<SpendWindow, Budget> each = of(EACH_MEMBER);
        if (own.isEmpty() || each.isEmpty()) {
            return own.isEmpty() ? each : own;
        }
        Map<SpendWindow, Budget> both = new EnumMap<>(each);
        both.putAll(own);
        return both;
    }

    /** Returns a team's name; empty if it has none. */
    public String teamName(String teamId) {
        return teamNames.getOrDefault(teamId, "");
    }

    /** Returns these budgets in another time zone, in whose present windows all of them begin again. */
    public Budgets in(ZoneId zone, long atMillis) {
        if (zone.equals(zone())) {
            return this;
        }
        BudgetCalendar other = new BudgetCalendar(zone);
        Map<String, Map<SpendWindow, Budget>> all = new TreeMap<>();
        ofOwners.forEach((owner, budgets) -> {
            Map<SpendWindow, Budget> moved = new EnumMap<>(SpendWindow.class);
            budgets.forEach((window, budget) -> moved.put(
                    window,
                    new Budget(budget.limitMicros(), other.at(window, atMillis).startMillis())));
            all.put(owner, moved);
        });
        return new Budgets(version, zone, Instant.ofEpochMilli(atMillis), all, teamNames);
    }

    /**
     * Returns these budgets with other ones of an owner.
     *
     * @param limits by window; a window that is missing here has no budget of the owner
     */
    public Budgets with(String owner, Map<SpendWindow, SpendBudget> limits, long atMillis) {
        BudgetCalendar present = new BudgetCalendar(zone());
        // A member's windows are counted already for the budget of each member.
        Map<SpendWindow, Budget> counted = isMember(owner) ? ofMember(owner) : of(owner);
        Map<SpendWindow, Budget> own = new EnumMap<>(SpendWindow.class);
        limits.forEach((window, limit) -> {
            Budget before = counted.get(window);
            long since = before == null ? present.at(window, atMillis).startMillis() : before.sinceMillis();
            own.put(window, new Budget(limit.limitMicros(), since));
        });
        Map<String, Map<SpendWindow, Budget>> all = new TreeMap<>(ofOwners);
        all.put(owner, own);
        all.values().removeIf(Map::isEmpty);
        return new Budgets(version, zone(), zoneSetAt, all, teamNames);
    }

    /** Returns whether an owner is a member. */
    public static boolean isMember(String owner) {
        return owner.startsWith(MEMBER);
    }

    /** The limit of a budget as it is set. @param limitMicros ≥ 0; null frees a member from the budget of each member */
    public record SpendBudget(@Nullable Long limitMicros) {

        public SpendBudget {
            if (limitMicros != null && limitMicros < 0) {
                throw new IllegalArgumentException("a budget below zero: " + limitMicros);
            }
        }
    }

    /** Returns the budgets of an account, for the export and the erasure of accounts: they stay. */
    public static Holding holding() {
        return Holding.of(
                ExportFile.of(
                        "budgets.csv",
                        "budgets of the organization, its members, teams and keys",
                        "budget b",
                        "b.account_id = :account",
                        "b.owner b.kind b.limit_micros:CREDITS b.since:TIME",
                        "b.owner b.kind"),
                ExportFile.of(
                        "budget-use.csv",
                        "credits used of budgets in their windows",
                        "budget_window w",
                        "w.account_id = :account",
                        "w.owner w.kind w.starts_at w.ends_at w.charged_micros w.held_micros",
                        "w.owner w.kind w.starts_at"));
    }
}
