package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Field.Choice;
import dev.tollgate.base.fields.TypedUnit;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.ledger.LedgerChange;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.plans.Plans.Changed;
import dev.tollgate.books.plans.Plans.Listed;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.books.plans.Turn;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.models.prices.AccountTerms;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.accounts.GrantFields;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.StoreException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Plans and the accounts that have one, as an operator sets, assigns and lists them (Z40, Z50). Thread-safe; blocks. */
public final class OperatorPlans {

    private static final String ALL = "/admin/plans";
    private static final String ONE = ALL + "/{plan}";
    private static final String OF_ACCOUNT = "/admin/accounts/{id}/plan";
    private static final Sentence IDS = sentence("an id of 1 to 32 of a-z 0-9 -, beginning with a letter");

    /** The number of times that an account's plan is read again before an action gives up. */
    private static final int TRIES = 5;

    private static final Field<String> NAME = Field.text("name", sentence("Name"))
            .map(OperatorPlans::shownName)
            .chars(1, Plan.NAME_CHARS_MAX)
            .help("Name that customers see.")
            .hinted(sentence("Customers see it."))
            .option("--name TEXT");
    private static final Field<Long> CENTS = Field.whole("cents", sentence("Price in US cents"), 0, Plan.CENTS_MAX)
            .naming()
            .map(OperatorPlans::cents)
            .help("Price of a period in US cents without tax: 0, or at least 50.")
            .asked(TypedUnit.DOLLARS.input(
                    sentence("Price of a period in dollars, without tax"),
                    sentence(
                            "0, or dollars from {least} to {most} with at most 2 decimals",
                            TypedUnit.DOLLARS.text(Plan.CENTS_MIN),
                            TypedUnit.DOLLARS.text(Plan.CENTS_MAX)),
                    cents -> cents == 0 || cents >= Plan.CENTS_MIN && cents <= Plan.CENTS_MAX))
            .hinted(sentence("0, or at least 0.50. Commands and the API count US cents."))
            .option("--cents N");
    private static final Field<Period> PERIOD = Field.choice(
                    "period",
                    sentence("Period"),
                    Stream.of(Period.values())
                            .map(period -> new Choice<>(period.word(), period.label(), period))
                            .toList())
            .naming()
            .help("Length of a period, by the calendar in UTC.")
            .option("--period day|week|month");
    private static final Field<String> GROUP = Field.text("group", sentence("Price group"))
            .map(OperatorGroups::name)
            .optional()
            .help("Price group while a period runs. Default: none.")
            .asked(sentence("Price group while a period runs"));
    private static final Field<Long> VERSION = Field.whole("version", sentence("Version"), 0, Long.MAX_VALUE)
            .naming()
            .optional()
            .help(OperatorGroups.VERSION.help())
            .option("");
    private static final Field<Long> CLOSED = Field.whole("version", sentence("Version"), 1, Long.MAX_VALUE)
            .naming()
            .optional()
            .help("The version to close. Default: all.")
            .option("--version-number N");
    private static final Field<String> PLAN =
            Field.text("plan", sentence("Plan")).map(OperatorPlans::id).help("Id of the plan.");
    private static final Field<Long> PERIODS = Field.whole("periods", sentence("Periods"), 1, Subscription.PERIODS_MAX)
            .naming()
            .help("Number of periods that were paid.")
            .hinted(sentence("As many as were paid, 1 to 366. The first begins at once."))
            .option("--periods N");

    private static final Field<?> SUBJECT =
            Field.raw("plan").help("Id of the plan.").option("PLAN");

    /** The facts of an account's plan in the audit log. */
    private static final List<Fact> ASSIGNED = List.of(
            new Fact("subscription", sentence("Number of the plan")).told(Fact.Told.ALWAYS),
            PLAN.fact().told(Fact.Told.ALWAYS),
            VERSION.fact(),
            PERIODS.fact(),
            new Fact("anchor", sentence("Begins"), Fact.Kind.TIME));

    public static final OperatorAction<OperatorPlans, Changed> SET = OperatorAction.begin(
                    "plan.set",
                    sentence("Set a plan"),
                    "PUT",
                    ONE,
                    "Set what a plan gives for a period, and its price, and print the version. Makes the plan if there is none.",
                    List.of(
                            NAME,
                            CENTS,
                            PERIOD,
                            GrantFields.CREDITS.help("Credits of a period.").asked(sentence("Credits of a period")),
                            GrantFields.MODELS,
                            GROUP,
                            GrantFields.LIMITS,
                            VERSION))
            .of(SUBJECT)
            .telling(Fact.hidden("plan"), Fact.hidden("set_at"))
            .button(
                    sentence("Set version"),
                    sentence("The version is set. It is the one that is assigned from now on."))
            .prints("{version}")
            .does(
                    (plans, by, request) -> plans.set(by, request.path("plan"), plan(request), request.get(VERSION)),
                    (request, done) -> json(done.after()));

    /** The result is the numbers of the versions that were closed. */
    public static final OperatorAction<OperatorPlans, List<Long>> CLOSE = OperatorAction.post(
                    "plan.close",
                    sentence("Closed a plan"),
                    ONE + "/close",
                    "Close a plan, or one version of it: it is neither assigned nor renewed. Running periods go on to their end.",
                    CLOSED)
            .of(SUBJECT)
            .telling(
                    Fact.hidden("plan"),
                    new Fact("versions", sentence("Versions")),
                    new Fact("closed_at", sentence("Closed at"), Fact.Kind.TIME))
            .button(sentence("Close plan"), sentence("The plan is closed. It is neither assigned nor renewed."))
            .prints("Versions closed: {versions}")
            .does(
                    (plans, by, request) -> plans.close(by, request.path("plan"), request.get(CLOSED)),
                    (request, closed) -> closed(request.path("plan"), closed).node());

    public static final OperatorAction<OperatorPlans, Subscription> ASSIGN = OperatorAction.post(
                    "plan.assign",
                    sentence("Assigned a plan"),
                    OF_ACCOUNT,
                    "Give an account a plan for some periods, of which the first begins now, and print its end.",
                    PLAN,
                    PERIODS)
            .telling(ASSIGNED)
            .repeatable()
            .button(sentence("Assign plan"), sentence("The plan is assigned. Its first period has begun."))
            .prints("{until}")
            .does(
                    (plans, by, request) ->
                            plans.assign(by, request.id(), request.need(PLAN), Math.toIntExact(request.need(PERIODS))),
                    (request, done) -> json(done));

    public static final OperatorAction<OperatorPlans, Subscription> END = OperatorAction.begin(
                    "plan.end",
                    sentence("Ended a plan"),
                    "DELETE",
                    OF_ACCOUNT,
                    "End an account's plan now: with its credits, except for what running calls need, and its price group.",
                    List.of())
            .telling(ASSIGNED)
            .telling(
                    new Fact("until", sentence("Ends"), Fact.Kind.TIME),
                    new Fact("ended_at", sentence("Ended at"), Fact.Kind.TIME))
            .repeatable()
            .button(
                    sentence("End plan"),
                    sentence("The plan has ended. Running calls keep what they need of its credits until they end."))
            .prints("{ended_at}")
            .does((plans, by, request) -> plans.end(by, request.id()), (request, done) -> json(done));

    public static final List<OperatorAction<OperatorPlans, ?>> ACTIONS = List.of(SET, CLOSE, ASSIGN, END);

    /** The actions on one plan. */
    public static final List<OperatorAction<OperatorPlans, ?>> OF_PLAN =
            ACTIONS.stream().filter(action -> action.isBelow(ONE)).toList();

    /** The actions on the plan of an account. */
    public static final List<OperatorAction<OperatorPlans, ?>> ON_ACCOUNT =
            ACTIONS.stream().filter(action -> action.isBelow(OF_ACCOUNT)).toList();

    private final Plans plans;
    private final PlanSweep sweep;
    private final AccountTerms terms;
    private final OperatorAccounts accounts;
    private final AuditedWriter writer;
    private final InstantSource clock;

    /** @param clock the same on all servers that share the books */
    public OperatorPlans(
            Plans plans,
            PlanSweep sweep,
            AccountTerms terms,
            OperatorAccounts accounts,
            AuditedWriter writer,
            InstantSource clock) {
        this.plans = plans;
        this.sweep = sweep;
        this.terms = terms;
        this.accounts = accounts;
        this.writer = writer;
        this.clock = clock;
    }

    public List<AdminRoute> routes() {
        List<AdminRoute> all = new ArrayList<>(List.of(
                AdminRoute.get(ALL, _ -> ActionRequest.list(plans.all(), OperatorPlans::json, null)),
                AdminRoute.get(ONE, this::versions, "after", "limit"),
                AdminRoute.get(OF_ACCOUNT, this::ofAccount, "after", "limit")));
        ACTIONS.forEach(action -> all.add(action.on(this)));
        return all;
    }

    // ---- fields ----

    private static long cents(String path, long cents) {
        if (cents != 0 && cents < Plan.CENTS_MIN) {
            throw Field.notAllowed(
                    path, LongNode.valueOf(cents), sentence("0, or at least {least}", Long.toString(Plan.CENTS_MIN)));
        }
        return cents;
    }

    private static String shownName(String path, String text) {
        if (text.isBlank() || text.length() > Plan.NAME_CHARS_MAX) {
            throw Field.notAllowed(
                    path,
                    StringNode.valueOf(text),
                    sentence("a text of 1 to {max} characters", Integer.toString(Plan.NAME_CHARS_MAX)));
        }
        return text.strip();
    }

    private static String id(String path, String text) {
        if (!Plan.ID.matcher(text).matches()) {
            throw Field.notAllowed(path, StringNode.valueOf(text), IDS);
        }
        return text;
    }

    private static Plan plan(AdminRequest request) {
        return new Plan(
                request.need(NAME),
                request.need(CENTS),
                request.need(PERIOD),
                request.need(GrantFields.CREDITS),
                new ModelPatterns(request.or(GrantFields.MODELS, List.of())),
                request.get(GROUP),
                request.or(GrantFields.LIMITS, GrantLimits.NONE));
    }

    // ---- reads ----

    /** Returns the plans as they are stored. */
    public Plans stored() {
        return plans;
    }

    private JsonNode versions(AdminRequest request) {
        String plan = plans.newest(request.path("plan")).plan();
        return request.page(
                Plans.PAGE_MAX,
                limit -> plans.versions(plan, request.before(), limit),
                OperatorPlans::json,
                Version::number);
    }

    private JsonNode ofAccount(AdminRequest request) {
        String account = accounts.account(request.id()).id();
        return request.page(
                Plans.PAGE_MAX,
                limit -> plans.of(account, request.before(), limit),
                OperatorPlans::json,
                Subscription::number);
    }

    // ---- changes ----

    /** Adds a version to a plan. Needs a reason. @param looked the number of the newest version that the operator has seen; null for any */
    private Changed set(By by, String plan, Plan its, @Nullable Long looked) {
        by.needReason();
        id("plan", plan);
        requireOpen(its.group());
        accounts.sold().require(its.models().all());
        Decision<Outcome<Changed>> set = plans.set(plan, its, looked, clock.instant());
        writer.commit(by, SET.name(), plan, () -> told(set.outcome()), set);
        return set.outcome().orThrow();
    }

    private void requireOpen(@Nullable String group) {
        ApiError refusal = group == null ? null : terms.refusal(group);
        if (refusal != null) {
            throw refusal.asException();
        }
    }

    private static Deed.@Nullable Changed told(Outcome<Changed> outcome) {
        if (!(outcome instanceof Outcome.Done<Changed>(Changed done)) || !done.isChange()) {
            return null;
        }
        Version before = done.before();
        return new Deed.Changed(before == null ? null : logged(before), logged(done.after()));
    }

    private static String logged(Version version) {
        return begun(version)
                .text("limits", version.terms().limits().text())
                .instant("set_at", version.createdAt())
                .end();
    }

    /** Closes versions of a plan. Needs a reason. @param version null for all @return the numbers of those that were open */
    private List<Long> close(By by, String plan, @Nullable Long version) {
        by.needReason();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS); // as the row has it
        Decision<Outcome<List<Long>>> close = plans.close(plan, version, now);
        writer.commit(
                by,
                CLOSE.name(),
                plan,
                () -> close.outcome() instanceof Outcome.Done<List<Long>>(List<Long> closed) && !closed.isEmpty()
                        ? new Deed.Changed(
                                null,
                                closed(plan, closed).instant("closed_at", now).end())
                        : null,
                close);
        return close.outcome().orThrow();
    }

    private static AdminJson closed(String plan, List<Long> versions) {
        return new AdminJson().text("plan", plan).numbers("versions", versions);
    }

    /** Gives an account a plan. Needs a reason. A repeated request under one id changes nothing. @throws ApiException a 409 while one runs */
    private Subscription assign(By by, String accountId, String plan, int periods) {
        return act(
                by,
                ASSIGN,
                accountId,
                (known, id) -> id.equals(known.requestId())
                        && known.version().plan().equals(plan)
                        && known.periods() == periods,
                (last, id) -> {
                    if (last != null && last.isRunning()) {
                        throw new ApiException(409, runs(accountId, last));
                    }
                    return plans.assign(last, accountId, assignable(plan), periods, id, clock.instant());
                },
                turn -> new Deed.Changed(null, assigned(turn.after()).end()));
    }

    /** Returns the version of a plan that an account would get. @throws ApiException if there is none */
    private Version assignable(String plan) {
        Version version = plans.newest(plan);
        if (version.isClosed()) {
            throw new ApiException(
                    409,
                    sentence("The plan {plan} is closed: it is not assigned. Set it again for a new version.", plan));
        }
        requireOpen(version.terms().group());
        return version;
    }

    /**
     * The offer of a plan to an account, which begins at once.
     *
     * @param until the end of the last period
     */
    public record Quote(Version version, int periods, Instant until) {

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
    public Quote quote(Body body) {
        Version version = assignable(body.need(PLAN));
        int periods = Math.toIntExact(body.need(PERIODS));
        return new Quote(version, periods, version.terms().period().end(clock.instant(), periods));
    }

    private static Sentence runs(String accountId, Subscription running) {
        int more = running.remaining();
        String plan = running.version().plan();
        String version = String.valueOf(running.version().number());
        return more == 0
                ? sentence(
                        "Account {account} has the plan {plan} (version {version}), whose period ends at {time} as the last one. End it first, or wait until then.",
                        accountId,
                        plan,
                        version,
                        running.endsAt())
                : sentence(
                        "Account {account} has the plan {plan} (version {version}), whose period ends at {time}, with {more} more until {until}. End it first, or wait until then.",
                        accountId,
                        plan,
                        version,
                        running.endsAt(),
                        Integer.toString(more),
                        running.until());
    }

    /** Ends an account's plan at once. Needs a reason, which the customer sees. @throws ApiException a 409 if none runs */
    private Subscription end(By by, String accountId) {
        String reason = by.needReason();
        return act(
                by,
                END,
                accountId,
                (known, id) -> known.end() != null && id.equals(known.end().requestId()),
                (last, id) -> {
                    if (last == null || !last.isRunning()) {
                        throw new ApiException(409, sentence("Account {account} has no plan that runs.", accountId));
                    }
                    return plans.end(last, reason, id, clock.instant());
                },
                turn -> new Deed.Changed(
                        assigned(turn.after())
                                .instant(
                                        "until",
                                        Objects.requireNonNull(turn.before()).until())
                                .end(),
                        assigned(turn.after())
                                .instant("ended_at", turn.after().until())
                                .end()));
    }

    /**
     * Makes and commits a change of an account's plan, until the plan was as it was read. What an earlier request of the same id did is not done again.
     *
     * @param isSame whether a plan is what this action has made under the id
     * @param step makes the change of the newest plan, which may be null, under the id
     * @param told the row of the audit log
     * @throws ApiException a 409 if an earlier request of the same id did something else
     */
    private Subscription act(
            By by,
            OperatorAction<?, ?> action,
            String accountId,
            BiPredicate<Subscription, String> isSame,
            BiFunction<@Nullable Subscription, @Nullable String, Turn> step,
            Function<Turn, Deed.Changed> told) {
        by.needReason();
        accounts.requireNotDeleted(accountId);
        RequestId request = by.requestId();
        String id = request == null ? null : request.text();
        for (int i = 0; i < TRIES; i++) {
            Subscription known = id == null ? null : plans.requested(accountId, id);
            if (request != null && id != null && known != null) {
                if (!isSame.test(known, id)) {
                    throw LedgerChange.idTaken(request).asException();
                }
                return known;
            }
            Turn turn = step.apply(sweep.present(accountId), id);
            writer.commit(
                    by,
                    action.name(),
                    accountId,
                    () -> turn.isWritten() ? told.apply(turn) : null,
                    turn.changes().toArray(Change[]::new));
            ApiError refusal = turn.refusal();
            if (refusal != null) {
                throw refusal.asException();
            }
            if (turn.isWritten()) {
                return turn.after();
            }
        }
        throw new StoreException("the plan of the account changes all the time");
    }

    private static AdminJson assigned(Subscription its) {
        return new AdminJson()
                .number("subscription", its.number())
                .text("plan", its.version().plan())
                .number("version", its.version().number())
                .number("periods", (long) its.periods())
                .instant("anchor", its.anchor());
    }

    // ---- JSON ----

    private static AdminJson begun(Version version) {
        Plan terms = version.terms();
        return new AdminJson()
                .text("plan", version.plan())
                .number("version", version.number())
                .text("name", terms.name())
                .number("cents", terms.cents())
                .text("period", terms.period().word())
                .credits("credits", terms.creditsMicros())
                .texts("models", terms.models().all())
                .text("group", terms.group());
    }

    private static ObjectNode json(Version version) {
        return begun(version)
                .array("limits", version.terms().limits().all(), limit -> new AdminJson()
                        .number("hours", (long) limit.hours())
                        .credits("credits", limit.micros())
                        .node())
                .instant("set_at", version.createdAt())
                .instant("closed_at", version.closedAt())
                .text("state", version.offer().word().english())
                .node();
    }

    private static ObjectNode json(Listed listed) {
        ObjectNode json = json(listed.newest());
        json.set(
                "accounts",
                new AdminJson()
                        .number("active", listed.accounts().active())
                        .number("cancelled", listed.accounts().cancelled())
                        .number("ended", listed.accounts().ended())
                        .node());
        return json;
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
