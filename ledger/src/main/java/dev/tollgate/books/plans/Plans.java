package dev.tollgate.books.plans;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.PlansPart.PlanChange;
import dev.tollgate.books.plans.Subscription.End;
import dev.tollgate.books.plans.Subscription.State;
import dev.tollgate.books.plans.Subscription.Why;
import dev.tollgate.models.prices.AccountTerms;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The versions of plans and the plans of accounts: their rows and their changes. Thread-safe; blocks. */
public final class Plans {

    /** The most plans; a closed one counts. */
    public static final int PLANS_MAX = 200;

    /** The most versions of a plan, or plans of an account, on one page. */
    public static final int PAGE_MAX = 200;

    static final String VERSION = "v.sequence, v.plan, v.number, v.created_at, v.body, v.closed_at";
    private static final String VERSIONS = "SELECT " + VERSION + " FROM plan_version v WHERE ";
    private static final String NEWEST = VERSIONS + """
            NOT EXISTS (SELECT 1 FROM plan_version n WHERE n.plan = v.plan AND n.number > v.number) ORDER BY v.plan""";
    private static final String OF_PLAN = VERSIONS + "v.plan = ? AND v.number < ? ORDER BY v.number DESC LIMIT ?";
    private static final String LAST = "SELECT COALESCE(MAX(sequence), 0) FROM plan_version";
    private static final String PLANS = "SELECT COUNT(DISTINCT plan) FROM plan_version";
    private static final String INSERT =
            "INSERT INTO plan_version (sequence, plan, number, created_at, body) VALUES (?, ?, ?, ?, ?)";
    private static final String OPEN = """
            SELECT number FROM plan_version WHERE plan = ? AND (number = ? OR ? = 0) AND closed_at IS NULL ORDER BY number""";
    private static final String CLOSE = "UPDATE plan_version SET closed_at = ? WHERE plan = ? AND number = ?";

    static final String SUBSCRIPTIONS = """
            SELECT s.account_id, s.number, s.anchor, s.periods, s.period, s.grant_number, s.cancelled_at, s.ended_at, s.ended_by,
                (SELECT p.periods FROM plan_step p WHERE p.account_id = s.account_id AND p.subscription = s.number AND p.periods > 0
                    ORDER BY p.number DESC LIMIT 1), %s,
                %s, (SELECT MAX(p.at) FROM plan_step p WHERE p.account_id = s.account_id AND p.subscription = s.number)
            FROM subscription s JOIN plan_version v ON v.plan = s.plan AND v.number = s.version
            WHERE """.formatted(VERSION, PlanStep.BOUGHT);
    static final String OF_ACCOUNT =
            SUBSCRIPTIONS + " s.account_id = ? AND s.number < ? ORDER BY s.number DESC LIMIT ?";
    private static final String DUE =
            SUBSCRIPTIONS + " s.ended_at IS NULL AND s.ends_at <= ? AND s.account_id > ? ORDER BY s.account_id LIMIT ?";
    private static final String OF_SANDBOX = SUBSCRIPTIONS + """
             s.ended_at IS NULL AND s.account_id > ? AND EXISTS (SELECT 1 FROM credit_grant g
                WHERE g.account_id = s.account_id AND g.number = s.grant_number AND g.sandbox = 1)
            ORDER BY s.account_id LIMIT ?""";
    private static final String RUNNING =
            SUBSCRIPTIONS + " s.plan = ? AND s.ended_at IS NULL ORDER BY s.account_id LIMIT ?";
    private static final String STANDINGS = """
            SELECT plan, state, COUNT(DISTINCT account_id) FROM (SELECT plan, account_id, %s AS state FROM subscription) s
            GROUP BY plan, state""".formatted(State.SQL);
    private final Database database;
    private final AccountTerms terms;

    /** @param terms into which the price groups of plans go */
    public Plans(Database database, AccountTerms terms) {
        this.database = database;
        this.terms = terms;
    }

    /** Goes before the ledger, which gives the credits of a period, and before the terms of accounts. */
    public static Part<?> part() {
        return new PlansPart();
    }

    // ---- reads ----

    /** The accounts of a plan: with a running one, with a cancelled one, and with an ended one. */
    public record Standings(long active, long cancelled, long ended) {
        private static Standings of(Map<State, Long> counts) {
            return new Standings(
                    counts.getOrDefault(State.ACTIVE, 0L),
                    counts.getOrDefault(State.CANCELLED, 0L),
                    counts.getOrDefault(State.ENDED, 0L));
        }
    }

    /** A plan by its newest version. */
    public record Listed(Version newest, Standings accounts) {}

    /** Returns all plans by id. */
    public List<Listed> all() {
        return database.read(sql -> {
            Map<String, Map<State, Long>> accounts = new HashMap<>();
            sql.each(STANDINGS, row -> accounts.computeIfAbsent(row.getString(1), _ -> new EnumMap<>(State.class))
                    .put(State.of(row.getString(2)), row.getLong(3)));
            return sql.list(NEWEST, row -> Version.read(row, 1)).stream()
                    .map(each -> new Listed(each, Standings.of(accounts.getOrDefault(each.plan(), Map.of()))))
                    .toList();
        });
    }

    /** Returns the versions that customers can buy, by the ids of their plans: the newest of each, if it is open and on sale, and so is its price group. */
    public List<Version> onSale() {
        return database.read(sql -> sql.list(NEWEST, row -> Version.read(row, 1))).stream()
                .filter(version -> version.terms().onSale() && !version.isClosed())
                .filter(version -> {
                    String group = version.terms().group();
                    return group == null || terms.refusal(group) == null;
                })
                .toList();
    }

    /** Returns the versions of a plan, the newest first. @param before the last number of the page before; {@link Long#MAX_VALUE} for the newest */
    public List<Version> versions(String plan, long before, int limit) {
        return database.read(sql -> sql.list(OF_PLAN, row -> Version.read(row, 1), plan, before, limit));
    }

    /** Returns the newest version of a plan. @throws dev.tollgate.base.error.ApiException 404 if there is no such plan */
    public Version newest(String plan) {
        List<Version> versions = versions(plan, Long.MAX_VALUE, 1);
        if (versions.isEmpty()) {
            throw noPlan(plan).asException();
        }
        return versions.getFirst();
    }

    /** Returns a version; null if it is not there. */
    public @Nullable Version version(String plan, long number) {
        return versions(plan, number + 1, 1).stream()
                .filter(its -> its.number() == number)
                .findFirst()
                .orElse(null);
    }

    /** Returns the plans of an account, the newest first. @param before the last number of the page before; {@link Long#MAX_VALUE} for the newest */
    public List<Subscription> of(String accountId, long before, int limit) {
        return database.read(sql -> sql.list(OF_ACCOUNT, Subscription::read, accountId, before, limit));
    }

    /** Returns the newest plan of an account; null if it never had one. */
    public @Nullable Subscription last(String accountId) {
        List<Subscription> all = of(accountId, Long.MAX_VALUE, 1);
        return all.isEmpty() ? null : all.getFirst();
    }

    /** Returns the names of running plans by account. @param accountIds at most {@value #PAGE_MAX} */
    public Map<String, String> names(Set<String> accountIds) {
        Map<String, String> names = new HashMap<>();
        if (!accountIds.isEmpty()) {
            String these = SUBSCRIPTIONS + " s.ended_at IS NULL AND s.account_id IN ("
                    + String.join(", ", Collections.nCopies(accountIds.size(), "?")) + ")";
            database.read(sql -> sql.list(these, Subscription::read, accountIds.toArray()))
                    .forEach(running -> names.put(
                            running.accountId(), running.version().terms().name()));
        }
        return names;
    }

    /** Returns the step of an operator's request; null if there is none. */
    public PlanStep.@Nullable Taken requested(String accountId, String requestId) {
        return database.read(sql -> {
            PlanStep step = sql.one(PlanStep.REQUESTED, PlanStep::read, accountId, requestId);
            Subscription its = step == null
                    ? null
                    : sql.one(OF_ACCOUNT, Subscription::read, accountId, step.subscription() + 1, 1);
            return step == null || its == null ? null : new PlanStep.Taken(step, its);
        });
    }

    /** Returns running plans whose period has ended. @param after the last account of the page before */
    List<Subscription> due(Instant now, String after, int limit) {
        return database.read(sql -> sql.list(DUE, Subscription::read, now, after, limit));
    }

    /** Returns running plans whose period is paid with credits of the sandbox. @param after the last account of the page before */
    List<Subscription> ofSandbox(String after, int limit) {
        return database.read(sql -> sql.list(OF_SANDBOX, Subscription::read, after, limit));
    }

    /** Returns accounts with a running plan, by their ids. */
    public List<Subscription> running(String plan, int limit) {
        return database.read(sql -> sql.list(RUNNING, Subscription::read, plan, limit));
    }

    /** Returns what plans bring, and which end. */
    public PlanFigures figures() {
        return new PlanFigures(database);
    }

    public static ApiError noPlan(String plan) {
        return ApiError.invalid(null, sentence("There is no plan {plan}.", MessageText.plain(plan)))
                .withStatus(404);
    }

    // ---- changes ----

    /** Changes versions, and decides what was changed. */
    @FunctionalInterface
    private interface ChangeVersions<T> {
        Outcome<T> run(Statements statements) throws SQLException;
    }

    private static final class OfVersions<T> extends PlanChange<Outcome<T>> {

        private final ChangeVersions<T> change;

        OfVersions(ChangeVersions<T> change) {
            this.change = change;
        }

        @Override
        void decide(Statements statements, Set<String> changed) throws SQLException {
            decide(change.run(statements));
        }
    }

    static @Nullable Version newest(Statements statements, String plan) throws SQLException {
        return statements.one(OF_PLAN, row -> Version.read(row, 1), plan, Long.MAX_VALUE, 1);
    }

    /** @param before null if the plan was not there @param after the same if nothing had to be written: an open version with these terms is the newest */
    public record Changed(@Nullable Version before, Version after) {

        public boolean isChange() {
            return !after.equals(before);
        }
    }

    /** Makes a change that adds a version to a plan, which it makes if there is none. @param looked the number of the newest version that the operator has seen; null for any */
    public Decision<Outcome<Changed>> set(String plan, Plan its, @Nullable Long looked, Instant at) {
        return new OfVersions<>(statements -> {
            Version before = newest(statements, plan);
            long number = before == null ? 0 : before.number();
            if (looked != null && looked != number) {
                return Outcome.refused(
                        409,
                        sentence(
                                "Another operator has changed the plan {plan}. Its newest version is {version} now.",
                                plan,
                                Long.toString(number)));
            }
            if (before == null && statements.number(PLANS) >= PLANS_MAX) {
                return Outcome.refused(409, sentence("There are {max} plans, the most.", Integer.toString(PLANS_MAX)));
            }
            if (before != null && !before.isClosed() && before.terms().equals(its)) {
                return new Outcome.Done<>(new Changed(before, before));
            }
            Version after = new Version(statements.number(LAST) + 1, plan, number + 1, Plan.millis(at), its, null);
            statements.run(INSERT, after.sequence(), plan, after.number(), after.createdAt(), its.body());
            return new Outcome.Done<>(new Changed(before, after));
        });
    }

    /**
     * Makes a change that closes versions of a plan: they are neither assigned nor renewed. The outcome has the numbers of those that it has closed.
     *
     * @param version null for all
     */
    public Decision<Outcome<List<Long>>> close(String plan, @Nullable Long version, Instant at) {
        return new OfVersions<>(statements -> {
            Version newest = newest(statements, plan);
            if (newest == null) {
                return new Outcome.Refused<>(noPlan(plan));
            }
            if (version != null && version > newest.number()) {
                return Outcome.refused(
                        404,
                        sentence(
                                "The plan {plan} has no version {version}. Its newest is {newest}.",
                                plan,
                                Long.toString(version),
                                Long.toString(newest.number())));
            }
            long one = version == null ? 0 : version;
            List<Long> open = statements.list(OPEN, row -> row.getLong(1), plan, one, one);
            for (long each : open) {
                statements.run(CLOSE, Plan.millis(at), plan, each);
            }
            return new Outcome.Done<>(open);
        });
    }

    /**
     * Makes a change that gives an account periods of a plan: after the running one's, or from now on. What a running one has left then is given at once,
     * as credits that begin by its calendar (K16, K20).
     *
     * @param last the newest plan of the account; null: it never had one
     * @param kind after a running plan, whose version this is; otherwise the first period begins at once
     * @param requestId the operator's id of the request; null: without one
     */
    public Turn assign(
            @Nullable Subscription last,
            String accountId,
            Version version,
            int periods,
            Kind kind,
            @Nullable String requestId,
            Instant at) {
        Subscription running = last != null && last.isRunning() ? last : null;
        if (running != null && kind == Kind.AFTER) {
            PlanStep step = new PlanStep(accountId, Plan.millis(at), running.number(), kind, periods, requestId);
            return new Turn(running, running.prolonged(periods, step.at()), terms, at).by(step);
        }
        Instant begin = running == null ? Plan.millis(at) : running.during(Plan.millis(at));
        long number = last == null ? 1 : last.number() + 1;
        PlanStep step = new PlanStep(accountId, begin, number, kind, periods, requestId);
        Subscription first = new Subscription(
                accountId, number, version, begin, periods, periods, begin, 1, 0, Map.of(), Set.of(), null, null);
        return new Turn(last, first, terms, at)
                .replaces(running, new End(begin, Why.REPLACED))
                .begins()
                .by(step);
    }

    /**
     * Makes the change that a payment makes of an account's plan (K16). Its unit has all that the purchase moves.
     *
     * @param last the newest plan of the account; null: it never had one
     */
    public Turn buy(@Nullable Subscription last, Purchase purchase, Instant at) {
        return purchase.turn(last, terms, at);
    }

    /** Makes a change by which a bought period ends once its money is back (K23); null if it changes nothing. @param last the newest plan of the account */
    public @Nullable Turn giveBack(@Nullable Subscription last, PlanReturn its, Instant at) {
        return its.turn(last, terms, at);
    }

    /** Returns the payments that have bought a plan's present period and later ones, and whose money did not go back, in the order of the periods. */
    public List<String> payments(Subscription its) {
        return database.read(sql -> PlanStep.payments(sql, its));
    }

    /** Makes a change that brings a plan whose period has ended to the period of a time, or to its end. */
    Turn next(Subscription due, Instant now) {
        Subscription turned = due.at(now);
        Turn turn = new Turn(due, turned, terms, now);
        return turned.isRunning() ? turn.begins() : turn;
    }

    /** Makes a change that ends a plan whose credits pay for nothing, with its price group: else it would give that for nothing. What else was paid of it stays. */
    Turn unpaid(Subscription running, Instant at) {
        End end = new End(running.during(Plan.millis(at)), Why.UNPAID);
        return new Turn(running, running.ended(end), terms, at).cuts(running);
    }

    /** Makes a change by which no period follows the running one, or by which the others follow again. */
    public Turn cancel(Subscription running, boolean isCancelled, Instant at) {
        return new Turn(running, running.cancelled(isCancelled ? running.during(Plan.millis(at)) : null), terms, at);
    }

    /** Makes a change that ends a plan at once, with its credits and its price group. @param reason that the customer sees */
    public Turn end(Subscription running, String reason, @Nullable String requestId, Instant at) {
        End end = new End(running.during(Plan.millis(at)), Why.OPERATOR);
        PlanStep step = new PlanStep(running.accountId(), end.at(), running.number(), Kind.END, 0, requestId);
        return new Turn(running, running.ended(end), terms, at).ends(reason).by(step);
    }

    /** Returns the changes that end the plan of an account that is deleted, whatever stands there. @param isClosed once the ledger has decided */
    public List<Change> endWith(String accountId, BooleanSupplier isClosed, Instant at) {
        return List.of(
                new EndWithAccount(accountId, isClosed, Plan.millis(at)),
                terms.setPlan(accountId, null, null, isClosed, at));
    }

    /** Returns the plans of an account, which stay. */
    public static Holding holding() {
        return Holding.of(
                ExportFile.of(
                        "plans.csv",
                        "plans of the account",
                        "subscription s",
                        "s.account_id = :account",
                        """
                    s.number s.plan s.version s.anchor:TIME s.periods s.period s.starts_at s.ends_at s.grant_number s.cancelled_at s.ended_at s.ended_by""",
                        "s.number"),
                ExportFile.of(
                        "plan-steps.csv",
                        "when plans of the account were assigned, prolonged and ended",
                        "plan_step p",
                        "p.account_id = :account",
                        "p.number p.at:TIME p.subscription p.kind p.periods p.period p.grant_number p.payment_id",
                        "p.number"),
                PlanReturn.file());
    }
}
