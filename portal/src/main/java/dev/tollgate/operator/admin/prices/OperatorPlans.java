package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Field.Choice;
import dev.tollgate.base.fields.TypedUnit;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Period;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.plans.Plans.Changed;
import dev.tollgate.books.plans.Plans.Listed;
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
import dev.tollgate.storage.Decision;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Plans and their versions, as an operator sets, closes and lists them (Z40). Thread-safe; blocks. */
public final class OperatorPlans {

    private static final String ALL = "/admin/plans";
    private static final String ONE = ALL + "/{plan}";
    private static final Sentence IDS = sentence("an id of 1 to 32 of a-z 0-9 -, beginning with a letter");

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
    private static final Field<Boolean> ON_SALE = Field.flag("on_sale", sentence("On sale"))
            .orMissing()
            .help("Whether customers can buy the plan under Billing. Default: false.")
            .asked(sentence("On sale: customers buy it under Billing"))
            .option("--on-sale");
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
    private static final Field<?> SUBJECT =
            Field.raw("plan").help("Id of the plan.").option("PLAN");

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
                            ON_SALE,
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

    public static final List<OperatorAction<OperatorPlans, ?>> ACTIONS = List.of(SET, CLOSE);

    /** The actions on one plan. */
    public static final List<OperatorAction<OperatorPlans, ?>> OF_PLAN =
            ACTIONS.stream().filter(action -> action.isBelow(ONE)).toList();

    private final Plans plans;
    private final PlanAssignments assignments;
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
        this.terms = terms;
        this.accounts = accounts;
        this.writer = writer;
        this.clock = clock;
        this.assignments = new PlanAssignments(this, sweep, accounts, writer, clock);
    }

    /** Returns the plans of accounts. */
    public PlanAssignments assignments() {
        return assignments;
    }

    public List<AdminRoute> routes() {
        List<AdminRoute> all = new ArrayList<>(List.of(
                AdminRoute.get(ALL, _ -> ActionRequest.list(plans.all(), OperatorPlans::json, null)),
                AdminRoute.get(ONE, this::versions, "after", "limit")));
        ACTIONS.forEach(action -> all.add(action.on(this)));
        all.addAll(assignments.routes());
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

    static String id(String path, String text) {
        if (!Plan.ID.matcher(text).matches()) {
            throw Field.notAllowed(path, StringNode.valueOf(text), IDS);
        }
        return text;
    }

    private static Plan plan(AdminRequest request) {
        long cents = request.need(CENTS);
        boolean isOnSale = request.or(ON_SALE, false);
        if (isOnSale && cents < Plan.CENTS_MIN) {
            throw Field.wrong(
                    CENTS.name(),
                    sentence(
                            "{field} must be at least {least} for a plan on sale.",
                            FIELD,
                            Long.toString(Plan.CENTS_MIN)));
        }
        return new Plan(
                request.need(NAME),
                cents,
                request.need(PERIOD),
                request.need(GrantFields.CREDITS),
                new ModelPatterns(request.or(GrantFields.MODELS, List.of())),
                request.get(GROUP),
                request.or(GrantFields.LIMITS, GrantLimits.NONE),
                isOnSale);
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

    void requireOpen(@Nullable String group) {
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
                .flag("on_sale", version.terms().onSale())
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
                .flag("on_sale", version.terms().onSale())
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
}
