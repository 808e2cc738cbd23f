package dev.tollgate.models.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.models.SoldTo;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The price group of each account over time (Z4): the rows, the change that adds one, and the group at an instant. Thread-safe. */
public final class AccountTerms {

    /** The most rows of an account on one page. */
    public static final int PAGE_MAX = 200;

    private static final String COLUMNS =
            "SELECT sequence, account_id, at, own_group, plan_group, plan_until FROM account_terms t WHERE ";
    private static final String FIRST = COLUMNS + """
            NOT EXISTS (SELECT 1 FROM account_terms n WHERE n.account_id = t.account_id AND n.sequence > t.sequence) ORDER BY sequence""";
    private static final String SINCE = COLUMNS + "sequence > ? ORDER BY sequence";
    private static final String OF_ACCOUNT = COLUMNS + "account_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?";
    private static final String THEN = COLUMNS + "account_id = ? AND at <= ? ORDER BY sequence DESC LIMIT 1";
    private static final String WAS_IN =
            "SELECT 1 FROM account_terms WHERE account_id = ? AND (own_group = ? OR plan_group = ?)";
    private static final String LAST = "SELECT COALESCE(MAX(sequence), 0) FROM account_terms";
    private static final String CLOSED = "SELECT 1 FROM price_group WHERE name = ? AND number IS NULL";
    private static final String EXISTS = "SELECT 1 FROM price_group WHERE name = ?";
    private static final String INSERT =
            "INSERT INTO account_terms (sequence, account_id, at, own_group, plan_group, plan_until) VALUES (?, ?, ?, ?, ?, ?)";

    private final Database database;

    /** The terms of an account of which calls may still arrive, the newest first. Accounts that were always in the standard group are not there. */
    private final Map<String, List<Terms>> held = new ConcurrentHashMap<>();

    private volatile long seen;

    /**
     * The terms of an account from a time on.
     *
     * @param sequence from 1, over all accounts
     * @param own the group that the operator has chosen; null for none
     * @param plan the group of a plan; null for none
     * @param planUntil the time before which the plan's group counts; null with no such group
     */
    public record Terms(
            long sequence,
            String accountId,
            Instant at,
            @Nullable String own,
            @Nullable String plan,
            @Nullable Instant planUntil) {

        /** Returns the group at a time: its own, else the plan's, else the standard one. */
        public String group(Instant when) {
            if (own != null) {
                return own;
            }
            return plan != null && planUntil != null && when.isBefore(planUntil) ? plan : SoldTo.STANDARD;
        }
    }

    AccountTerms(Database database) {
        this.database = database;
    }

    /** Returns the group of an account at a time of the last day. Does not block. */
    public String groupAt(String accountId, Instant when) {
        List<Terms> all = held.get(accountId);
        if (all == null) {
            return SoldTo.STANDARD;
        }
        for (Terms terms : all) {
            if (!terms.at.isAfter(when)) {
                return terms.group(when);
            }
        }
        return SoldTo.STANDARD;
    }

    /** Returns the newest terms of an account; null without any. Does not block. */
    public @Nullable Terms newest(String accountId) {
        List<Terms> all = held.get(accountId);
        return all == null ? null : all.getFirst();
    }

    /** Returns the accounts that are in a group at a time, by their ids. Does not block. */
    public List<String> in(String group, Instant when) {
        return held.keySet().stream()
                .filter(account -> groupAt(account, when).equals(group))
                .sorted()
                .toList();
    }

    /** Returns how many accounts are in each group at a time, in one pass over all; groups without one are not there. Does not block. */
    public Map<String, Long> sizes(Instant when) {
        return held.keySet().stream()
                .map(account -> groupAt(account, when))
                .filter(group -> !group.equals(SoldTo.STANDARD))
                .collect(Collectors.groupingBy(group -> group, TreeMap::new, Collectors.counting()));
    }

    /**
     * Returns the terms of an account, the newest first. Blocks.
     *
     * @param before the last sequence of the previous page; {@link Long#MAX_VALUE} for the newest
     */
    public List<Terms> of(String accountId, long before, int limit) {
        return database.read(sql -> sql.list(OF_ACCOUNT, AccountTerms::read, accountId, before, limit));
    }

    /** Returns whether no account was ever in a group. Does not block. */
    boolean isEmpty() {
        return held.isEmpty();
    }

    /** Returns the group of an account at any past time. Blocks. */
    String groupThen(String accountId, Instant when) {
        Terms terms = database.read(sql -> sql.one(THEN, AccountTerms::read, accountId, when));
        return terms == null ? SoldTo.STANDARD : terms.group(when);
    }

    /** Returns whether an account ever was in a group, by a plan's terms too. Blocks. */
    public boolean wasIn(String accountId, String group) {
        return database.read(sql -> sql.has(WAS_IN, accountId, group, group));
    }

    /** Returns why no account can enter a group; null if it can. Blocks. */
    public @Nullable ApiError refusal(String group) {
        return database.read(sql -> refusal(sql, group));
    }

    private static @Nullable ApiError refusal(Sql sql, String group) throws SQLException {
        if (!sql.has(EXISTS, group)) {
            return ApiError.invalid(
                    "group",
                    sentence(
                            "{field} is {group}, which is no price group; allowed is the name of one, or null for none.",
                            FIELD,
                            group));
        }
        return sql.has(CLOSED, group)
                ? ApiError.invalid(null, sentence("The price group {group} is closed: no account enters it.", group))
                        .withStatus(409)
                : null;
    }

    /** Returns the terms that any server has set and that are not applied here. Blocks. */
    List<Terms> unread() {
        return seen == 0
                ? database.read(sql -> sql.list(FIRST, AccountTerms::read))
                : database.read(sql -> sql.list(SINCE, AccountTerms::read, seen));
    }

    /** Applies terms that were read. */
    synchronized void take(List<Terms> more) {
        for (Terms terms : more) {
            seen = Math.max(seen, terms.sequence);
            hold(terms);
        }
    }

    private synchronized void committed(Terms terms) {
        if (terms.sequence == seen + 1) {
            seen = terms.sequence;
        }
        hold(terms);
    }

    private void hold(Terms terms) {
        held.merge(terms.accountId, List.of(terms), (before, more) -> {
            List<Terms> all = new ArrayList<>(before);
            all.removeIf(each -> each.sequence == terms.sequence);
            all.addAll(more);
            all.sort((one, other) -> Long.compare(other.sequence, one.sequence));
            Instant open = all.getFirst().at.minus(Dated.OPEN_MAX);
            while (all.size() > 1 && all.get(all.size() - 2).at.isBefore(open)) {
                all.removeLast();
            }
            return List.copyOf(all);
        });
    }

    /** @param before null without terms @param after the same if nothing had to be written */
    public record Changed(@Nullable Terms before, @Nullable Terms after) {

        public boolean isChange() {
            return !Objects.equals(before, after);
        }

        /** Returns the account's own group before; null for none. */
        public @Nullable String ownBefore() {
            return before == null ? null : before.own;
        }
    }

    /** Returns a change that sets the own group of an account that is there. @param group null for none of its own @param at the present time */
    public Write<Outcome<Changed>> set(String accountId, @Nullable String group, Instant at) {
        return set(accountId, group, () -> true, at);
    }

    /** Returns the same change under a condition, which is evaluated when the change is applied. */
    public Write<Outcome<Changed>> set(
            String accountId, @Nullable String group, BooleanSupplier condition, Instant at) {
        return new SetOwnGroup(accountId, group, condition, at);
    }

    /**
     * Returns a change that sets the plan's group of an account.
     *
     * @param group null for none
     * @param until the time before which it counts; null with no group
     * @param condition evaluated when the change is applied
     * @param at the present time
     */
    public Write<Changed> setPlan(
            String accountId, @Nullable String group, @Nullable Instant until, BooleanSupplier condition, Instant at) {
        return new SetPlanGroup(accountId, group, until, condition, at);
    }

    /** A change that adds a row to the terms of an account. */
    private abstract class ChangeTerms<O> extends PriceChange<O> {

        final String accountId;
        private final Instant at;
        private @Nullable Terms added;

        ChangeTerms(String accountId, Instant at) {
            super(Table.TERMS);
            this.accountId = accountId;
            this.at = at.truncatedTo(ChronoUnit.MILLIS); // as other servers read it
        }

        @Nullable
        Terms before(Statements statements) throws SQLException {
            added = null;
            return statements.one(OF_ACCOUNT, AccountTerms::read, accountId, Long.MAX_VALUE, 1);
        }

        Changed add(
                Statements statements,
                @Nullable Terms before,
                @Nullable String own,
                @Nullable String plan,
                @Nullable Instant planUntil)
                throws SQLException {
            Instant now = NewestCall.ofAccount(statements, accountId, at);
            Instant from = before == null || now.isAfter(before.at) ? now : before.at;
            Terms after = new Terms(statements.number(LAST) + 1, accountId, from, own, plan, planUntil);
            statements.run(INSERT, after.sequence, accountId, after.at, after.own, after.plan, after.planUntil);
            added = after;
            return new Changed(before, after);
        }

        @Override
        void committed() {
            if (added != null) {
                AccountTerms.this.committed(added);
            }
        }
    }

    private final class SetPlanGroup extends ChangeTerms<Changed> {

        private final @Nullable String group;
        private final @Nullable Instant until;
        private final BooleanSupplier condition;

        SetPlanGroup(
                String accountId,
                @Nullable String group,
                @Nullable Instant until,
                BooleanSupplier condition,
                Instant at) {
            super(accountId, at);
            this.group = group;
            this.until = until;
            this.condition = condition;
        }

        @Override
        protected Changed run(Statements statements) throws SQLException {
            Terms before = before(statements);
            boolean isSame = before == null
                    ? group == null
                    : Objects.equals(group, before.plan) && Objects.equals(until, before.planUntil);
            return isSame || !condition.getAsBoolean()
                    ? new Changed(before, before)
                    : add(statements, before, before == null ? null : before.own, group, until);
        }
    }

    private final class SetOwnGroup extends ChangeTerms<Outcome<Changed>> {

        private final @Nullable String group;
        private final BooleanSupplier condition;

        SetOwnGroup(String accountId, @Nullable String group, BooleanSupplier condition, Instant at) {
            super(accountId, at);
            this.group = group;
            this.condition = condition;
        }

        @Override
        protected Outcome<Changed> run(Statements statements) throws SQLException {
            Terms before = before(statements);
            if (!condition.getAsBoolean() || Objects.equals(group, before == null ? null : before.own)) {
                return new Outcome.Done<>(new Changed(before, before));
            }
            ApiError refusal = group == null ? null : refusal(statements, group);
            if (refusal != null) {
                return new Outcome.Refused<>(refusal);
            }
            return new Outcome.Done<>(add(
                    statements,
                    before,
                    group,
                    before == null ? null : before.plan,
                    before == null ? null : before.planUntil));
        }
    }

    /** Returns the terms of an account, which stay. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                "price-groups.csv",
                "price groups of the account, each from its time on",
                "account_terms t",
                "t.account_id = :account",
                "t.at:TIME t.own_group t.plan_group t.plan_until:TIME",
                "t.sequence"));
    }

    private static Terms read(ResultSet row) throws SQLException {
        return new Terms(
                row.getLong(1),
                row.getString(2),
                Columns.time(row, 3),
                row.getString(4),
                row.getString(5),
                Columns.timeOrNull(row, 6));
    }
}
