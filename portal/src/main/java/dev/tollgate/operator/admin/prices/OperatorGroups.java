package dev.tollgate.operator.admin.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.prices.AccountPrices;
import dev.tollgate.models.prices.AccountTerms;
import dev.tollgate.models.prices.AccountTerms.Terms;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.models.prices.GroupVersion;
import dev.tollgate.models.prices.PriceGroups;
import dev.tollgate.models.prices.PriceGroups.Changed;
import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.operator.admin.accounts.OperatorAccounts;
import dev.tollgate.operator.admin.prices.GroupModels.Draft;
import dev.tollgate.operator.admin.prices.GroupModels.InGroup;
import dev.tollgate.storage.Write;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Price groups and the accounts in them, as an operator sets and lists them (Z1, Z4). Thread-safe; blocks. */
public final class OperatorGroups {

    private static final String ALL = "/admin/groups";
    private static final String ONE = ALL + "/{group}";
    private static final String OF_ACCOUNT = "/admin/accounts/{id}/group";
    private static final Sentence NAMES =
            sentence("a name of 1 to 32 of a-z 0-9 -, beginning with a letter, and not standard");

    static final Field<Long> VERSION = Field.whole("version", sentence("Version"), 0, Long.MAX_VALUE)
            .naming()
            .optional()
            .help("The newest version that you looked at. If it is another one: 409.")
            .option("");
    private static final Field<String> GROUP = Field.text("group", sentence("Price group"))
            .map(OperatorGroups::name)
            .orNull(sentence("none of its own"))
            .needed()
            .help("Name of a price group.")
            .asked(sentence("Own group"));
    private static final Field<?> SUBJECT =
            Field.raw("group").help("Name of the group.").option("GROUP");

    /** The facts of a version in the audit log, whose subject is the group. */
    private static final List<Fact> VERSIONED = List.of(
            Fact.hidden("name"),
            VERSION.fact(),
            GroupFactors.FACTOR.fact(),
            GroupFactors.MODELS.fact(),
            PriceRoutes.FROM_OR_DAY.fact(),
            Fact.hidden("set_at"),
            new Fact("closed", sentence("Closed")));

    public static final OperatorAction<OperatorGroups, Changed> SET = OperatorAction.begin(
                    "group.set",
                    sentence("Set a price group"),
                    "PUT",
                    ONE,
                    "Set the factors of a price group, in thousandths of the standard price, and print the version. Makes the group if there"
                            + " is none.",
                    List.of(GroupFactors.FACTOR, GroupFactors.MODELS, PriceRoutes.FROM_OR_DAY, VERSION))
            .of(SUBJECT)
            .telling(VERSIONED)
            .prints("{version}")
            .does((groups, by, request) -> groups.set(by, request, null), (request, done) -> json(done));

    /** The account that a form puts into the group with the version. */
    private static final Field<String> FOR =
            Field.text("account", sentence("Account")).optional();

    /** The form of {@link #SET}, which can also put an account into the group, as {@link #ACCOUNT} does, in one commit. */
    public static final OperatorAction<OperatorGroups, Changed> SET_FOR = OperatorAction.ofForms(
                    SET.told(), GroupFactors.FACTOR, GroupFactors.MODELS, PriceRoutes.FROM_OR_DAY, VERSION, FOR)
            .button(
                    Button.of(sentence("Set version"))
                            .counting(
                                    accounts -> accounts == 0
                                            ? sentence(
                                                    "The version is set. It applies to calls that arrive from its time on.")
                                            : sentence(
                                                    "The version is set, and the account is in the group. It applies to calls that arrive from now on.")))
            .does((groups, by, request) -> groups.set(by, request, request.get(FOR)));

    public static final OperatorAction<OperatorGroups, Changed> CLOSE = OperatorAction.post(
                    "group.close",
                    sentence("Closed a price group"),
                    ONE + "/close",
                    "Close a price group: no further account enters it. Accounts in it stay, at its prices.")
            .of(SUBJECT)
            .telling(VERSIONED)
            .button(sentence("Close group"), sentence("The group is closed. No further account enters it."))
            .prints("{name}")
            .does((groups, by, request) -> groups.close(by, request.path("group")), (request, done) -> json(done));

    /** The result is the account's terms; null if it never had any. */
    public static final OperatorAction<OperatorGroups, AccountTerms.Changed> ACCOUNT = OperatorAction.begin(
                    "account.group",
                    sentence("Set the account's price group"),
                    "PUT",
                    OF_ACCOUNT,
                    "Put an account into a price group, or into none of its own, and print its group.",
                    List.of(GROUP))
            .button(
                    sentence("Set group"),
                    sentence("The price group is set. It counts for calls that arrive from now on."))
            .prints("{group}")
            .does(
                    (groups, by, request) -> {
                        if (!request.body().has(GROUP)) {
                            throw Field.wrong(
                                    "group",
                                    sentence(
                                            "{field} is missing; allowed is the name of a price group, or null for none of its own.",
                                            FIELD));
                        }
                        return groups.enter(by, request.id(), request.get(GROUP));
                    },
                    (request, done) -> json(request.id(), done.after()));

    public static final List<OperatorAction<OperatorGroups, ?>> ACTIONS = List.of(SET, CLOSE, ACCOUNT);

    /** The actions of the forms on the page of one group. */
    public static final List<OperatorAction<OperatorGroups, ?>> OF_GROUP = List.of(SET_FOR, CLOSE);

    private final Supplier<AccountPrices> prices;
    private final ModelLife life;
    private final OperatorAccounts accounts;
    private final AuditedWriter writer;
    private final InstantSource clock;

    /**
     * @param prices asked each time
     * @param clock the time by which prices come into force, the same on all servers that share the books
     */
    public OperatorGroups(
            Supplier<AccountPrices> prices,
            ModelLife life,
            OperatorAccounts accounts,
            AuditedWriter writer,
            InstantSource clock) {
        this.prices = prices;
        this.life = life;
        this.accounts = accounts;
        this.writer = writer;
        this.clock = clock;
    }

    public List<AdminRoute> routes() {
        List<AdminRoute> all = new ArrayList<>(List.of(
                AdminRoute.get(ALL, _ -> list()),
                AdminRoute.get(ONE, this::versions, "after", "limit"),
                AdminRoute.get(OF_ACCOUNT, this::terms, "after", "limit")));
        ACTIONS.forEach(action -> all.add(action.on(this)));
        return all;
    }

    // ---- reads ----

    private AccountPrices sold() {
        return prices.get();
    }

    /** Returns all groups by name. Does not block. */
    public List<Group> all() {
        return List.copyOf(sold().groups().all().values());
    }

    /** Returns a group. @throws ApiException 404 if there is none */
    public Group one(String name) {
        Group group = sold().groups().find(name);
        if (group == null) {
            throw PriceGroups.noGroup(name).asException();
        }
        return group;
    }

    /** Returns the versions of a group, the newest first. @param before the last number of the page before */
    public List<GroupVersion> versions(String name, long before, int limit) {
        return sold().groups().versions(one(name).name(), before, limit);
    }

    /** Returns the ids of the accounts in a group now. Does not block. */
    public List<String> accounts(String name) {
        return sold().terms().in(name, clock.instant());
    }

    /** Returns how many accounts are in each group now; groups without one are not there. Does not block. */
    public Map<String, Long> sizes() {
        return sold().terms().sizes(clock.instant());
    }

    /** Returns an account's terms; null if it always was in the standard group. Does not block. */
    public @Nullable Terms terms(String accountId) {
        return sold().terms().newest(accountId);
    }

    /** Returns the account's group now. Does not block. */
    public String group(String accountId) {
        return sold().group(accountId, clock.instant());
    }

    /** Returns the models of a group. */
    public List<InGroup> models(String name) {
        return models().of(one(name).name());
    }

    /** Returns the models at the prices of groups. */
    public GroupModels models() {
        return new GroupModels(sold(), life, clock);
    }

    // ---- changes ----

    /** Adds a version to a group. Needs a reason. @param accountId of the account that enters the group with it; null for none */
    private Changed set(By by, AdminRequest request, @Nullable String accountId) {
        Draft draft = Draft.of(request.body());
        Long looked = request.get(VERSION);
        by.needReason();
        String checked = name("group", request.path("group"));
        models().check(draft);
        Instant now = clock.instant();
        Write<Outcome<Changed>> version = sold().groups().set(checked, draft.factors(), draft.from(), looked, now);
        return accountId == null ? commit(by, SET, checked, version) : setFor(by, checked, version, accountId, now);
    }

    private Changed setFor(By by, String name, Write<Outcome<Changed>> version, String accountId, Instant now) {
        accounts.requireNotDeleted(accountId);
        Group group = sold().groups().find(name);
        ApiError refusal = group == null ? null : sold().terms().refusal(name);
        if (refusal != null) {
            throw refusal.asException();
        }
        Write<Outcome<AccountTerms.Changed>> enter =
                sold().terms().set(accountId, name, () -> version.outcome().isDone(), now);
        writer.commit(List.of(
                version,
                enter,
                writer.row(by, SET.name(), name, () -> told(version.outcome())),
                writer.row(by, ACCOUNT.name(), accountId, () -> entered(enter.outcome()))));
        Changed set = version.outcome().orThrow();
        enter.outcome().orThrow();
        return set;
    }

    private Changed close(By by, String name) {
        by.needReason();
        return commit(by, CLOSE, name, sold().groups().close(name, clock.instant()));
    }

    private Changed commit(By by, OperatorAction<?, ?> action, String name, Write<Outcome<Changed>> change) {
        writer.commit(by, action.name(), name, () -> told(change.outcome()), change);
        return change.outcome().orThrow();
    }

    private static Deed.@Nullable Changed told(Outcome<Changed> outcome) {
        if (!(outcome instanceof Outcome.Done<Changed>(Changed done)) || done.isNothing()) {
            return null;
        }
        Group before = done.before();
        return new Deed.Changed(
                before == null ? null : json(before.newest(), before.closed()).toString(),
                json(done.after().newest(), done.after().closed()).toString());
    }

    /** Sets the own group of an account. Needs a reason. @param group null for none of its own */
    private AccountTerms.Changed enter(By by, String accountId, @Nullable String group) {
        by.needReason();
        accounts.requireNotDeleted(accountId);
        Write<Outcome<AccountTerms.Changed>> change = sold().terms().set(accountId, group, clock.instant());
        writer.commit(by, ACCOUNT.name(), accountId, () -> entered(change.outcome()), change);
        return change.outcome().orThrow();
    }

    private static Deed.@Nullable Changed entered(Outcome<AccountTerms.Changed> outcome) {
        return outcome instanceof Outcome.Done<AccountTerms.Changed>(AccountTerms.Changed done) && done.isChange()
                ? new Deed.Changed(own(done.before()), own(done.after()))
                : null;
    }

    private static String own(@Nullable Terms terms) {
        return new AdminJson().text("group", terms == null ? null : terms.own()).end();
    }

    static String name(String path, String text) {
        if (!PriceGroups.NAME.matcher(text).matches() || text.equals(SoldTo.STANDARD)) {
            throw Field.notAllowed(path, StringNode.valueOf(text), NAMES);
        }
        return text;
    }

    // ---- JSON ----

    private ObjectNode list() {
        Map<String, Long> sizes = sizes();
        return ActionRequest.list(all(), group -> json(group, sizes.getOrDefault(group.name(), 0L)), null);
    }

    private ObjectNode json(Group group, long size) {
        Instant now = clock.instant();
        GroupVersion inForce = group.at(now);
        return new AdminJson()
                .text("name", group.name())
                .flag("closed", group.closed())
                .text("state", group.offer().word().english())
                .number("accounts", size)
                .raw("in_force", inForce == null ? null : json(inForce).toString())
                .array("ahead", group.after(now), OperatorGroups::json)
                .node();
    }

    private static ObjectNode json(Changed done) {
        ObjectNode json = json(done.after().newest(), done.after().closed());
        json.setAll(new AdminJson()
                .text("state", done.after().offer().word().english())
                .texts(
                        "withdrawn",
                        done.withdrawn().stream().map(GroupVersion::mark).toList())
                .node());
        return json;
    }

    private static ObjectNode json(GroupVersion version, boolean closed) {
        ObjectNode json = new AdminJson().text("name", version.name()).node();
        json.setAll(json(version));
        return json.put("closed", closed);
    }

    private static ObjectNode json(GroupVersion version) {
        ObjectNode json = new AdminJson().number("version", version.number()).node();
        json.setAll(version.factors().json());
        json.setAll(new AdminJson()
                .instant("set_at", version.at())
                .instant("from", version.from())
                .node());
        return json;
    }

    private JsonNode versions(AdminRequest request) {
        return request.page(
                PriceGroups.PAGE_MAX,
                limit -> versions(request.path("group"), request.before(), limit),
                OperatorGroups::json,
                GroupVersion::number);
    }

    private JsonNode terms(AdminRequest request) {
        String account = accounts.account(request.id()).id();
        return request.page(
                AccountTerms.PAGE_MAX,
                limit -> sold().terms().of(account, request.before(), limit),
                terms -> json(account, terms),
                Terms::sequence);
    }

    private static ObjectNode json(String accountId, @Nullable Terms terms) {
        return new AdminJson()
                .text("account", accountId)
                .text("group", terms == null ? SoldTo.STANDARD : terms.group(terms.at()))
                .text("own", terms == null ? null : terms.own())
                .text("plan", terms == null ? null : terms.plan())
                .instant("plan_until", terms == null ? null : terms.planUntil())
                .instant("from", terms == null ? null : terms.at())
                .node();
    }
}
