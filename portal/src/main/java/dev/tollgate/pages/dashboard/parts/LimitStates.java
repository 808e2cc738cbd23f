package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.BudgetCalendar;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.budgets.SpentRule;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.customers.keys.KeyRights;
import dev.tollgate.customers.keys.KeyStanding;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.Keys;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The limits and budgets of an account that refuse calls, or soon will: one rule for all pages and all owners of limits. Reads block. */
public record LimitStates(Ledger ledger, Keys keys, Teams teams, Members members, RefusalBooks refusals) {

    private static final int LINES_MAX = 5;

    /**
     * A line at the top of a page.
     *
     * @param tone of the note: bad if calls are refused, warn if soon
     * @param href where the visitor raises the limit; null for those who may not
     */
    public record Line(String tone, String text, @Nullable String href) {}

    /** The limits of an account, each of which may refuse calls. */
    public record All(List<LimitState> states) {

        /** Returns the limit that stops the calls of a key, otherwise the limit that will do so first; null without limits. */
        public @Nullable LimitState nearest(Key key) {
            return nearest(owners(key));
        }

        /** Returns the limit of an owner that refuses calls, otherwise the limit that will do so first; null without limits. */
        public @Nullable LimitState nearest(String owner) {
            return nearest(List.of(owner));
        }

        private @Nullable LimitState nearest(List<String> path) {
            return states.stream()
                    .filter(state -> path.contains(state.owner()))
                    .max(Comparator.comparing(LimitState::isSpent)
                            .thenComparing(state -> state.bar().percent())
                            .thenComparing(state -> -path.indexOf(state.owner())))
                    .orElse(null);
        }

        /** Returns whether a limit that an owner itself has refuses calls. */
        public boolean isSpent(String owner, SpendWindow window) {
            return states.stream()
                    .anyMatch(state -> state.owner().equals(owner)
                            && !state.isBudget()
                            && state.bar().window() == window
                            && state.isSpent());
        }

        /** Returns the state of a key whose calls a limit refuses; null if none does. */
        public @Nullable String refused(Key key) {
            LimitState nearest = nearest(key);
            return nearest != null && nearest.isSpent() ? nearest.refused() : null;
        }

        /** Returns the state of a key in a word: its standing, or the limit that refuses the calls of an active one. */
        public String word(Key key, Instant now) {
            KeyStanding standing = KeyStanding.of(key, now);
            String refused = refused(key);
            return standing == KeyStanding.ACTIVE && refused != null
                    ? refused
                    : standing.word().said();
        }
    }

    /** Returns the owners of limits that a key's calls count against, the innermost first. */
    public static List<String> owners(Key key) {
        return List.of(key.id(), key.owner().memberId(), key.owner().teamId(), Budgets.ACCOUNT);
    }

    /**
     * Returns the budgets and limits that a call of a key counts against, except the limits of the key itself, the innermost owner's first.
     *
     * @param keyId empty for a key that a member or a team would make
     * @param member the name of the owner's member; empty without one
     */
    public List<LimitState> path(String account, String keyId, KeyOwner owner, String member, Instant now) {
        Map<String, Instant> refused = refusals.limits(account);
        return ledger.path(account, keyId, owner, SpendLimits.NONE, now).stream()
                .flatMap(path -> path.limits().stream())
                .map(limit -> {
                    String id =
                            switch (limit.owner().kind()) {
                                case KEY -> keyId;
                                case MEMBER -> owner.memberId();
                                case TEAM -> owner.teamId();
                                case ACCOUNT -> Budgets.ACCOUNT;
                            };
                    ZoneId zone = limit.zone();
                    long start = zone == null
                            ? limit.window().startMillis(now.toEpochMilli())
                            : new BudgetCalendar(zone)
                                    .at(limit.window(), now.toEpochMilli())
                                    .startMillis();
                    return state(id, zone != null, BudgetBar.of(limit, member), start, refused);
                })
                .toList();
    }

    /** Returns the limits of an account that have one. @param all keys that may have limits of their own */
    public All all(String account, List<Key> all, Instant now) {
        BudgetsNow budgets = ledger.budgets(account, now);
        Map<String, Instant> refused = refusals.limits(account);
        Map<String, String> names = names(account, all);
        List<LimitState> states = new ArrayList<>();
        budgets(budgets, names, now, refused).forEach(states::add);
        SpendLimits ofAccount = ledger.limits(account);
        List<Key> limited =
                all.stream().filter(key -> !key.settings().spend().unlimited()).toList();
        Map<String, Map<SpendWindow, WindowUse>> uses = ofAccount.unlimited() && limited.isEmpty()
                ? Map.of()
                : ledger.windows(
                        account,
                        Stream.concat(Stream.of(account), limited.stream().map(Key::id))
                                .toList(),
                        now);
        limits(Budgets.ACCOUNT, "", ofAccount, uses.getOrDefault(account, Map.of()), now, refused)
                .forEach(states::add);
        limited.forEach(key -> limits(
                        key.id(),
                        key.settings().name(),
                        key.settings().spend(),
                        uses.getOrDefault(key.id(), Map.of()),
                        now,
                        refused)
                .forEach(states::add));
        return new All(states);
    }

    /** Returns the states of budgets with a limit; for a member also the state of the budget of each member. */
    private static Stream<LimitState> budgets(
            BudgetsNow budgets, Map<String, String> names, Instant now, Map<String, Instant> refused) {
        BudgetCalendar calendar = new BudgetCalendar(budgets.zone());
        return Stream.of(
                        budgets.lines().stream(),
                        budgets.ofMembers().stream(),
                        names.keySet().stream().filter(Budgets::isMember).flatMap(id -> budgets.ofMember(id).stream()))
                .flatMap(lines -> lines)
                .distinct()
                .filter(line -> line.limitMicros() != null && !line.owner().equals(Budgets.EACH_MEMBER))
                .map(line -> state(
                        line.owner(),
                        true,
                        BudgetBar.of(names.getOrDefault(line.owner(), ""), line, budgets.zone()),
                        calendar.at(line.window(), now.toEpochMilli()).startMillis(),
                        refused));
    }

    private static Stream<LimitState> limits(
            String owner,
            String name,
            SpendLimits limits,
            Map<SpendWindow, WindowUse> uses,
            Instant now,
            Map<String, Instant> refused) {
        return BudgetBar.ofLimits(name, limits, uses, now).stream()
                .filter(bar -> bar.limitMicros() != null)
                .map(bar -> state(owner, false, bar, bar.window().startMillis(now.toEpochMilli()), refused));
    }

    private static LimitState state(
            String owner, boolean isBudget, BudgetBar bar, long startMillis, Map<String, Instant> refused) {
        long limit = Objects.requireNonNull(bar.limitMicros());
        Instant last = refused.get(RefusedCall.limit(owner, isBudget, bar.window(), limit));
        boolean hasRefused = last != null && last.toEpochMilli() >= startMillis;
        return new LimitState(owner, isBudget, bar, SpentRule.isSpent(bar.use().chargedMicros(), limit, hasRefused));
    }

    private Map<String, String> names(String account, List<Key> all) {
        Map<String, String> names = new HashMap<>();
        for (Team team : teams.list(account)) {
            names.put(team.id(), team.name());
        }
        for (Members.Member member : members.list(account)) {
            names.put(member.id(), member.shown());
        }
        all.forEach(key -> names.put(key.id(), key.settings().name()));
        return names;
    }

    /** Returns the lines that a person sees: limits that refuse calls, then limits that soon will, at most {@value #LINES_MAX} of each kind. */
    public List<Line> lines(Person person, Money money, Instant now) {
        return lines(person, money, now, state -> state.isSpent() || state.isNear());
    }

    /** Returns the lines that a person sees about limits of some owners that refuse calls. */
    public List<Line> refusing(Person person, Money money, Instant now, Set<String> owners) {
        return lines(person, money, now, state -> state.isSpent() && owners.contains(state.owner()));
    }

    private List<Line> lines(Person person, Money money, Instant now, Predicate<LimitState> said) {
        String account = person.accountId();
        Membership membership = person.membership();
        if (membership == null) {
            return List.of();
        }
        List<Key> all = keys.list(account, null, Keys.PAGE_MAX);
        Map<String, Key> seen = new HashMap<>();
        all.stream()
                .filter(key -> membership.view(Right.KEYS).sees(key.owner()))
                .forEach(key -> seen.put(key.id(), key));
        Map<String, List<Team.Fellow>> fellows = teams.fellows(account);
        List<Line> told = all(account, all, now).states().stream()
                .filter(said)
                .filter(state -> concerns(state, person, membership, seen, fellows))
                .sorted(Comparator.comparing(LimitState::isSpent)
                        .thenComparing(state -> state.bar().percent())
                        .reversed())
                .map(state -> new Line(
                        state.isSpent() ? "bad" : "warn",
                        state.text(
                                money,
                                state.owner().equals(membership.id()),
                                person.preferences().zone()),
                        href(state, membership, seen.get(state.owner()))))
                .toList();
        return Stream.of("bad", "warn")
                .flatMap(tone ->
                        told.stream().filter(line -> line.tone().equals(tone)).limit(LINES_MAX))
                .toList();
    }

    /** Returns whether a person sees a line about a limit: people who can set the limit do, and people whose calls it stops. */
    private static boolean concerns(
            LimitState state,
            Person person,
            Membership membership,
            Map<String, Key> seen,
            Map<String, List<Team.Fellow>> fellows) {
        boolean isOfKey = state.owner().startsWith("key_");
        if (isOfKey) {
            boolean isQuiet = !state.isSpent() && !person.preferences().keyNotices();
            return seen.containsKey(state.owner()) && !isQuiet;
        }
        return Right.BUDGETS.isWhole(membership.role())
                || state.owner().equals(membership.id())
                || (state.owner().equals(Budgets.ACCOUNT) && (state.isSpent() || Right.BUDGETS.isPartly(membership)))
                || fellows.getOrDefault(state.owner(), List.of()).stream()
                        .anyMatch(fellow -> fellow.memberId().equals(membership.id()));
    }

    /** Returns where a member raises a limit; null for those who may not, and for what the operator has set. */
    private static @Nullable String href(LimitState state, Membership membership, @Nullable Key key) {
        if (!state.isBudget()) {
            return key != null && KeyRights.mayRestrict(membership, key)
                    ? PageLink.toLimit(key.id(), state.bar().window().code())
                    : null;
        }
        boolean may = Right.BUDGETS.isWhole(membership.role())
                || (state.owner().equals(Budgets.ACCOUNT) && Right.BUDGETS.isPartly(membership));
        return may ? PageLink.toBudget(state.owner(), state.bar().window().code()) : null;
    }
}
