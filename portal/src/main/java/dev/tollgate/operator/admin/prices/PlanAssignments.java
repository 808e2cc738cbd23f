package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Field.Choice;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.ledger.LedgerChange;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.plans.Plans.Listed;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.books.plans.Turn;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.StoreException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The plans of accounts, as an operator assigns, prolongs, ends and lists them (Z50, K20). Thread-safe; blocks. */
public final class PlanAssignments {

    private static final String OF_ACCOUNT = "/admin/accounts/{id}/plan";

    /** The number of times that an account's plan is read again before an action gives up. */
    private static final int TRIES = 5;

    private static final Field<String> PLAN =
            Field.text("plan", sentence("Plan")).map(OperatorPlans::id).help("Id of the plan.");
    private static final Field<Long> PERIODS = Field.whole("periods", sentence("Periods"), 1, Subscription.PERIODS_MAX)
            .naming()
            .help("Number of periods that were paid.")
            .hinted(sentence("As many as were paid, 1 to 366."))
            .option("--periods N");
    private static final Field<Kind> WHEN = Field.choice(
                    "when",
                    sentence("Begins"),
                    new Choice<>(Kind.AFTER.word(), sentence("after the running plan"), Kind.AFTER),
                    new Choice<>(Kind.NOW.word(), sentence("at once"), Kind.NOW))
            .naming()
            .optional()
            .help(
                    "Begin of the periods while a plan runs: after its last one (of the same version), or now, which leaves its credits. Without it they are refused then.")
            .option("--when after|now");

    /** The facts of an account's plan in the audit log. */
    private static final List<Fact> ASSIGNED = List.of(
            new Fact("subscription", sentence("Number of the plan")).told(Fact.Told.ALWAYS),
            PLAN.fact().told(Fact.Told.ALWAYS),
            new Fact("version", sentence("Version")),
            PERIODS.fact(),
            WHEN.fact(),
            new Fact("anchor", sentence("Begins"), Fact.Kind.TIME),
            new Fact("begins", sentence("Begins"), Fact.Kind.TIME));

    public static final OperatorAction<PlanAssignments, Subscription> ASSIGN = OperatorAction.post(
                    "plan.assign",
                    sentence("Assigned a plan"),
                    OF_ACCOUNT,
                    "Give an account a plan for some periods, which begin now or follow those of the running plan, and print its end.",
                    PLAN,
                    PERIODS,
                    WHEN)
            .telling(ASSIGNED)
            .repeatable()
            .button(sentence("Assign plan"), sentence("The plan is assigned."))
            .prints("{until}")
            .does(
                    (plans, by, request) -> plans.assign(
                            by,
                            request.id(),
                            request.need(PLAN),
                            Math.toIntExact(request.need(PERIODS)),
                            request.or(WHEN, Kind.ASSIGN)),
                    (request, done) -> json(done));

    /** An ended plan. @param payments that have bought its last period and those ahead: their money is to be refunded where it was paid */
    public record Ended(Subscription its, List<String> payments) {}

    public static final OperatorAction<PlanAssignments, Ended> END = OperatorAction.begin(
                    "plan.end",
                    sentence("Ended a plan"),
                    "DELETE",
                    OF_ACCOUNT,
                    "End an account's plan now: with its credits, those of periods ahead too, except for what running calls need, and its price group. Payments of these periods are named, for you to refund.",
                    List.of())
            .telling(ASSIGNED)
            .telling(
                    new Fact("until", sentence("Ends"), Fact.Kind.TIME),
                    new Fact("ended_at", sentence("Ended at"), Fact.Kind.TIME))
            .repeatable()
            .button(
                    sentence("End plan"),
                    sentence("The plan has ended. Running calls keep what they need of its credits until they end."))
            .prints("{ended_at}[, to refund: {payments}]")
            .does((plans, by, request) -> plans.end(by, request.id()), (request, done) -> {
                ObjectNode json = json(done.its());
                done.payments().forEach(json.putArray("payments")::add);
                return json;
            });

    public static final List<OperatorAction<PlanAssignments, ?>> ACTIONS = List.of(ASSIGN, END);

    private final OperatorPlans plans;
    private final PlanSweep sweep;
    private final OperatorAccounts accounts;
    private final AuditedWriter writer;
    private final InstantSource clock;

    /** @param clock the same on all servers that share the books */
    PlanAssignments(
            OperatorPlans plans,
            PlanSweep sweep,
            OperatorAccounts accounts,
            AuditedWriter writer,
            InstantSource clock) {
        this.plans = plans;
        this.sweep = sweep;
        this.accounts = accounts;
        this.writer = writer;
        this.clock = clock;
    }

    List<AdminRoute> routes() {
        List<AdminRoute> all = new ArrayList<>(List.of(AdminRoute.get(OF_ACCOUNT, this::ofAccount, "after", "limit")));
        ACTIONS.forEach(action -> all.add(action.on(this)));
        return all;
    }

    /** Returns the newest plan of an account as it is stored; null if it never had one. */
    public @Nullable Subscription last(String accountId) {
        return plans.stored().last(accountId);
    }

    /** Returns the names of the plans that grants of an account come from, by the numbers of the grants. */
    public Map<Long, String> names(String accountId, List<CreditGrant> grants) {
        return plans.stored().figures().names(accountId, grants);
    }

    /** Returns the newest versions of plans that can be assigned. */
    public List<Version> choices() {
        return plans.stored().all().stream()
                .map(Listed::newest)
                .filter(version -> !version.isClosed())
                .toList();
    }

    private JsonNode ofAccount(AdminRequest request) {
        String account = accounts.account(request.id()).id();
        return request.page(
                Plans.PAGE_MAX,
                limit -> plans.stored().of(account, request.before(), limit),
                PlanAssignments::json,
                Subscription::number);
    }

    /** Gives an account periods of a plan. Needs a reason. A repeated request under one id changes nothing. @throws ApiException a 409 if they cannot begin so */
    private Subscription assign(By by, String accountId, String plan, int periods, Kind kind) {
        return act(
                by,
                ASSIGN,
                accountId,
                taken -> taken.step().kind() == kind
                        && taken.its().version().plan().equals(plan)
                        && taken.step().periods() == periods,
                (last, id) -> {
                    Version version = assignable(plan);
                    PlanBegin.require(WHEN, accountId, last, version, periods, kind);
                    return plans.stored().assign(last, accountId, version, periods, kind, id, clock.instant());
                },
                turn -> new Deed.Changed(null, assigned(turn).end()));
    }

    /** Returns the version of a plan that an account would get. @throws ApiException if there is none */
    private Version assignable(String plan) {
        Version version = plans.stored().newest(plan);
        if (version.isClosed()) {
            throw new ApiException(
                    409,
                    sentence("The plan {plan} is closed: it is not assigned. Set it again for a new version.", plan));
        }
        plans.requireOpen(version.terms().group());
        return version;
    }

    /**
     * The offer of a plan to an account.
     *
     * @param begins the begin of its first period; null: at once
     * @param due the periods that the running plan has left, whose credits are given at once
     * @param until the end of the last period
     */
    public record Quote(
            Version version, int periods, @Nullable Instant begins, int due, Instant until) {

        /** Returns the price of all periods in US cents, without tax. */
        public long cents() {
            return Math.multiplyExact(version.terms().cents(), periods);
        }

        /** Returns the micro-credits of all periods. */
        public long creditsMicros() {
            return Math.multiplyExact(version.terms().creditsMicros(), periods);
        }
    }

    /** Returns the offer of a body of {@link #ASSIGN}, without assigning it. @throws ApiException as the action does, except for the account */
    public Quote quote(String accountId, Body body) {
        Version version = assignable(body.need(PLAN));
        int periods = Math.toIntExact(body.need(PERIODS));
        Kind kind = Objects.requireNonNullElse(body.get(WHEN), Kind.ASSIGN);
        Subscription last = plans.stored().last(accountId);
        PlanBegin.require(WHEN, accountId, last, version, periods, kind);
        if (last == null || !last.isRunning()) {
            return new Quote(version, periods, null, 0, version.terms().period().end(clock.instant(), periods));
        }
        return kind == Kind.AFTER
                ? new Quote(
                        version,
                        periods,
                        last.until(),
                        0,
                        last.prolonged(periods, clock.instant()).until())
                : new Quote(
                        version,
                        periods,
                        null,
                        last.due(),
                        version.terms().period().end(clock.instant(), periods));
    }

    /** Ends an account's plan at once. Needs a reason, which the customer sees. @throws ApiException a 409 if none runs */
    private Ended end(By by, String accountId) {
        String reason = by.needReason();
        Subscription ended = act(
                by,
                END,
                accountId,
                taken -> taken.step().kind() == Kind.END,
                (last, id) -> {
                    if (last == null || !last.isRunning()) {
                        throw new ApiException(409, sentence("Account {account} has no plan that runs.", accountId));
                    }
                    return plans.stored().end(last, reason, id, clock.instant());
                },
                turn -> new Deed.Changed(
                        logged(turn.after(), turn.after().periods())
                                .instant("anchor", turn.after().anchor())
                                .instant(
                                        "until",
                                        Objects.requireNonNull(turn.before()).until())
                                .end(),
                        logged(turn.after(), turn.after().periods())
                                .instant("anchor", turn.after().anchor())
                                .instant("ended_at", turn.after().until())
                                .end()));
        return new Ended(ended, plans.stored().payments(ended));
    }

    /**
     * Makes and commits a change of an account's plan, until the plan was as it was read. What an earlier request of the same id did is not done again.
     *
     * @param isSame whether an earlier step under the id is what this one would be
     * @param step makes the change of the newest plan, which may be null, under the id
     * @param told the row of the audit log
     * @throws ApiException a 409 if an earlier request of the same id did something else
     */
    private Subscription act(
            By by,
            OperatorAction<?, ?> action,
            String accountId,
            Predicate<PlanStep.Taken> isSame,
            BiFunction<@Nullable Subscription, @Nullable String, Turn> step,
            Function<Turn, Deed.Changed> told) {
        by.needReason();
        accounts.requireNotDeleted(accountId);
        RequestId request = by.requestId();
        String id = request == null ? null : request.text();
        for (int i = 0; i < TRIES; i++) {
            Subscription last = sweep.present(accountId); // before the id: what another server does in between has it
            PlanStep.Taken known = id == null ? null : plans.stored().requested(accountId, id);
            if (request != null && known != null) {
                if (!isSame.test(known)) {
                    throw LedgerChange.idTaken(request).asException();
                }
                return known.its();
            }
            Turn turn = step.apply(last, id);
            if (isCommitted(by, action, accountId, turn, told)) {
                return turn.after();
            }
        }
        throw new StoreException("the plan of the account changes all the time");
    }

    /** Commits a change. @return whether the plan was as it was read @throws ApiException if the ledger refuses credits */
    private boolean isCommitted(
            By by, OperatorAction<?, ?> action, String accountId, Turn turn, Function<Turn, Deed.Changed> told) {
        try {
            writer.commit(
                    by,
                    action.name(),
                    accountId,
                    () -> turn.isWritten() ? told.apply(turn) : null,
                    turn.changes().toArray(Change[]::new));
        } catch (StoreException e) {
            throw e.getCause() instanceof Turn.Halved halved ? halved.why().asException() : e;
        }
        ApiError refusal = turn.refusal();
        if (refusal != null) {
            throw refusal.asException();
        }
        return turn.isWritten();
    }

    /** Returns the facts of an assignment. Periods behind a running plan begin where it would have ended. */
    private static AdminJson assigned(Turn turn) {
        Subscription its = turn.after();
        Kind kind = turn.step().kind();
        Subscription before = turn.before();
        AdminJson json = logged(its, turn.step().periods()).text("when", kind == Kind.ASSIGN ? null : kind.word());
        return before != null && before.number() == its.number()
                ? json.instant("begins", before.until())
                : json.instant("anchor", its.anchor());
    }

    private static AdminJson logged(Subscription its, int periods) {
        return new AdminJson()
                .number("subscription", its.number())
                .text("plan", its.version().plan())
                .number("version", its.version().number())
                .number("periods", (long) periods);
    }

    private static ObjectNode json(Subscription its) {
        Subscription.End end = its.end();
        return new AdminJson()
                .text("account", its.accountId())
                .number("number", its.number())
                .text("plan", its.version().plan())
                .number("version", its.version().number())
                .text("name", its.version().terms().name())
                .text("state", its.state().word())
                .number("periods", (long) its.periods())
                .number("period", (long) its.period())
                .number("remaining", (long) its.remaining())
                .instant("starts_at", its.startsAt())
                .instant("ends_at", its.endsAt())
                .instant("until", its.until())
                .number("grant", its.grant())
                .instant("cancelled_at", its.cancelledAt())
                .instant("ended_at", end == null ? null : end.at())
                .text("ended_by", end == null ? null : end.why().word())
                .node();
    }
}
