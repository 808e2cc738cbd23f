package dev.tollgate.operator.admin.accounts;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.books.grants.CreditGrant;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.keys.KeyOptions;
import dev.tollgate.customers.organizations.InvitationActions;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRequest;
import dev.tollgate.operator.admin.AdminRoute;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.operator.admin.accounts.OperatorAccounts.AccountLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/accounts…}: accounts, their money, their limits and their organizations. */
public final class AccountRoutes {

    static final int PAGE_MAX = 200;

    private static final String ONE = "/admin/accounts/{id}";
    private static final String GRANTS = ONE + "/grants";
    private static final String GRANT_OF = GRANTS + "/{grant}";

    private static final Field<String> REASON = AdminRequest.REASON;
    private static final Field<String> NAME = Field.text("name", sentence("The account's name"))
            .help("Name of the account, for people.")
            .asked(sentence("Name"));
    private static final Field<Long> START_CREDITS = Field.credits("credits", sentence("Credits"))
            .optional()
            .help("Starting credits, like 12.5.")
            .asked(sentence("Starting credits"))
            .hinted(sentence("Leave empty for none."))
            .standard(0);
    public static final Field<Long> SOME_CREDITS = GrantFields.SOME_CREDITS;
    private static final Field<Long> CREDITS = Field.signedCredits("credits", sentence("Credits"))
            .that(micros -> micros != 0, sentence("{field} must not be 0.", FIELD))
            .help("Credits to add, or below 0 to take.")
            .asked(sentence("Credits to add, or to remove with a minus"))
            .hinted(sentence("You can remove at most the credits that the account can spend."));
    private static final Field<Instant> EXPIRY = AdminRequest.time("expires_at", sentence("Expiry"))
            .naming()
            .help("New expiry, later than the present one.")
            .option("--expires TIME")
            .asked(AdminRequest.LAST_DAY)
            .hinted(sentence("The credits can be used through the end of this day (UTC), which is not over yet."));
    private static final Field<Boolean> BLOCKED = Field.flag("blocked", sentence("Banned"))
            .help("true: its keys and people are refused. false: they are let in again.");

    public static final OperatorAction<OperatorAccounts, Account> CREATE = OperatorAction.post(
                    "account.create",
                    sentence("Created an account"),
                    "/admin/accounts",
                    "Create an account and print its id.",
                    NAME,
                    START_CREDITS)
            .telling(AdminJson.BALANCE)
            .answering(201)
            .button(sentence("Create account"), sentence("The account was created."))
            .prints("{id}")
            .does(
                    (accounts, by, request) ->
                            accounts.createAccount(by, request.need(NAME), request.or(START_CREDITS, 0L)),
                    AccountRoutes::json);

    /** Gives credits: general ones, or with an expiry or models a grant, whose number the answer has. */
    public static final OperatorAction<OperatorAccounts, OperatorAccounts.Granted> GRANT = OperatorAction.post(
                    "account.grant",
                    sentence("Granted credits"),
                    GRANTS,
                    "Grant credits to an account and print the new balance.",
                    SOME_CREDITS,
                    GrantFields.EXPIRES,
                    GrantFields.MODELS,
                    GrantFields.LIMITS)
            .telling(AdminJson.BALANCE)
            .telling(GrantFields.NUMBER)
            .repeatable()
            .asking(GrantFields.DAYS)
            .button(sentence("Grant credits"), sentence("The credits were granted."))
            .prints("{balance}")
            .does(
                    (accounts, by, request) -> accounts.grant(
                            by, request.id(), request.need(SOME_CREDITS), GrantFields.terms(request, accounts.now())),
                    (request, granted) -> {
                        ObjectNode account = json(granted.account());
                        if (granted.grant() != null) {
                            account.put("grant", granted.grant());
                        }
                        return account;
                    });

    /** Moves the expiry of a grant later. */
    public static final OperatorAction<OperatorAccounts, ObjectNode> EXTEND_GRANT = OperatorAction.begin(
                    "grant.extend",
                    sentence("Extended a grant"),
                    "PATCH",
                    GRANT_OF,
                    "Move the expiry of a grant later, before it has passed, and print it.",
                    List.of(EXPIRY))
            .telling(GrantFields.NUMBER)
            .choosing(GrantFields.CHOSEN)
            .button(sentence("Extend grant"), sentence("The grant expires later."))
            .does(
                    (accounts, by, request) -> json(
                            accounts, accounts.extendGrant(by, request.id(), grant(request), request.need(EXPIRY))),
                    (request, grant) -> grant);

    /** Takes what is left in a grant, except for what running calls need. */
    public static final OperatorAction<OperatorAccounts, ObjectNode> END_GRANT = OperatorAction.post(
                    "grant.end",
                    sentence("Ended a grant"),
                    GRANT_OF + "/end",
                    "End a grant: what is left leaves the account, what running calls need when they end. Prints the credits left for them.")
            .telling(AdminJson.BALANCE)
            .telling(GrantFields.NUMBER)
            .repeatable()
            .choosing(GrantFields.CHOSEN)
            .button(
                    sentence("End grant"),
                    sentence("The grant has ended. Running calls keep what they need of it until they end."))
            .prints("{left}")
            .does(
                    (accounts, by, request) -> json(accounts, accounts.endGrant(by, request.id(), grant(request))),
                    (request, grant) -> grant);

    /** Adds credits to an account; an amount below zero debits them. */
    public static final OperatorAction<OperatorAccounts, Account> ADJUST = OperatorAction.post(
                    "account.adjust", sentence("Adjusted the balance"), ONE + "/adjustments", "", CREDITS)
            .telling(AdminJson.BALANCE)
            .repeatable()
            .button(sentence("Adjust balance"), sentence("The balance was adjusted."))
            .does(
                    (accounts, by, request) -> accounts.adjust(by, request.id(), request.need(CREDITS)),
                    AccountRoutes::json);

    /** Gives back what a call was charged; the answer is the account afterwards. */
    public static final OperatorAction<OperatorAccounts, Account> REFUND = OperatorAction.post(
                    "task.refund", sentence("Refunded a call"), "/admin/tasks/{id}/refunds", "", SOME_CREDITS)
            .telling(AdminJson.BALANCE)
            .repeatable()
            .button(sentence("Refund credits"), sentence("The credits were refunded."))
            .does(
                    (accounts, by, request) ->
                            accounts.refund(by, CompletionIds.ofShown(request.id()), request.need(SOME_CREDITS)),
                    AccountRoutes::json);

    /** Sets the limits that the body names; the others stay. */
    public static final OperatorAction<OperatorAccounts, AccountLimits> LIMITS = OperatorAction.begin(
                    "account.limits",
                    sentence("Set the account's limits"),
                    "POST",
                    ONE + "/limits",
                    "Set the limits of all keys of an account together and print them. Limits that are not named stay, and earlier"
                            + " spending counts.",
                    KeyOptions.LIMITS)
            .button(sentence("Set limits"), sentence("The new limits apply on every server."))
            .does(AccountRoutes::setLimits, (request, limits) -> limits.json().node());

    /** Blocks an account, or with another row of the audit log ends that. */
    public static final OperatorAction<OperatorAccounts, Account> BLOCK = OperatorAction.post(
                    "account.block", sentence("Banned the account"), ONE + "/block", "", BLOCKED)
            .button(Button.of(sentence("Ban account"))
                    .done(sentence("The account is banned. Requests with its keys get a 401."))
                    .setting(BLOCKED, "true")
                    .ofOthers(sentence("This is your own account: you could not unban it.")))
            .button(Button.of(sentence("Unban"))
                    .done(sentence("The account is no longer banned."))
                    .setting(BLOCKED, "false"))
            .does(
                    (accounts, by, request) -> accounts.block(by, request.id(), request.need(BLOCKED)),
                    AccountRoutes::json);

    public static final DeedKind UNBLOCK =
            new DeedKind("account.unblock", sentence("Unbanned the account"), BLOCKED.fact());

    /** The row of a payment that is taken back. */
    public static final DeedKind REVERSE =
            new DeedKind("account.reverse", sentence("Reversed a payment"), AdminJson.BALANCE);

    public static final List<OperatorAction<OperatorAccounts, ?>> ACTIONS =
            List.of(CREATE, GRANT, EXTEND_GRANT, END_GRANT, ADJUST, REFUND, LIMITS, BLOCK);

    /** The actions on one account. */
    public static final List<OperatorAction<OperatorAccounts, ?>> OF_ACCOUNT =
            ACTIONS.stream().filter(action -> action.isBelow(ONE)).toList();

    private final OperatorAccounts deeds;
    private final OrganizationRoutes organization;
    private final AuditedWriter writer;

    /** @param organization what can be asked of an organization, by its keys too */
    public AccountRoutes(OperatorAccounts deeds, OrganizationRoutes organization, AuditedWriter writer) {
        this.deeds = deeds;
        this.organization = organization;
        this.writer = writer;
    }

    /** Returns the routes, with the refund of a call and without the deletion of an account. */
    public List<AdminRoute> routes() {
        List<AdminRoute> all = new ArrayList<>(List.of(
                AdminRoute.get("/admin/accounts", this::list, "after", "limit"),
                AdminRoute.get(ONE, request -> json(deeds.account(request.id()))),
                AdminRoute.get(GRANTS, this::grants, "after", "limit"),
                AdminRoute.get(
                        ONE + "/limits",
                        request -> deeds.limits(request.id()).json().node())));
        ACTIONS.forEach(each -> all.add(each.on(deeds)));
        OrganizationRoutes.ACTIONS.forEach(each -> all.add(route(each)));
        return all;
    }

    private ObjectNode list(AdminRequest request) {
        return request.page(
                PAGE_MAX, limit -> deeds.accounts(request.word("after"), limit), AccountRoutes::json, Account::id);
    }

    private ObjectNode grants(AdminRequest request) {
        Account account = deeds.account(request.id());
        return request.page(
                PAGE_MAX,
                limit -> deeds.grants(account.id(), request.before(), limit),
                grant -> GrantFields.json(grant, deeds.now()),
                CreditGrant::number);
    }

    private static long grant(AdminRequest request) {
        String number = request.path("grant");
        if (!number.matches("[0-9]{1,9}")) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence("{number} is no number of a grant.", "'" + number + "'"))
                    .withStatus(404)
                    .asException();
        }
        return Long.parseLong(number);
    }

    private static ObjectNode json(OperatorAccounts accounts, CreditGrant grant) {
        return GrantFields.json(grant, accounts.now());
    }

    private static AccountLimits setLimits(OperatorAccounts accounts, By by, AdminRequest request) {
        return accounts.setLimits(
                by,
                request.id(),
                KeyOptions.rates(request.body()),
                KeyOptions.spend(request.body(), accounts.limits(request.id()).spend()));
    }

    static ObjectNode json(AdminRequest request, Account account) {
        return json(account);
    }

    static ObjectNode json(Account account) {
        Balance balance = account.balance();
        return new AdminJson()
                .text("id", account.id())
                .text("name", account.name())
                .flag("blocked", account.blocked())
                .credits("balance", balance.balanceMicros())
                .credits("reserved", balance.reservedMicros())
                .credits("total_purchased", balance.purchasedMicros())
                .credits("total_consumed", balance.consumedMicros())
                .credits("sandbox_only", account.sandboxMicros())
                .time("created_at", account.createdAt())
                .time("deleted_at", account.deletedAt())
                .node();
    }

    // ---- organizations ----

    /** Returns the path of an organization's action for the operator. */
    public static String path(Action<OrganizationStores, ?> action) {
        return ONE + (action.path().isEmpty() ? "/organization" : action.path());
    }

    /** Returns the fields of an organization's action for the operator, who gives a reason for a change. */
    public static List<Field<?>> fields(Action<OrganizationStores, ?> action) {
        List<Field<?>> fields = new ArrayList<>(action.fields());
        if (action.isChange()) {
            fields.add(REASON);
        }
        return fields;
    }

    private AdminRoute route(Action<OrganizationStores, ?> action) {
        return new AdminRoute(
                action.method(),
                path(action),
                action.status(),
                fields(action),
                action.query(),
                false,
                request -> answer(action, request));
    }

    /** Invites a person to the organization that the path names. */
    public JsonNode invite(AdminRequest request) {
        return answer(InvitationActions.CREATE, request);
    }

    private JsonNode answer(Action<OrganizationStores, ?> action, AdminRequest request) {
        String id = request.id();
        By by = action.isChange() ? request.by() : By.of(request.operator().actor());
        if (action.isChange()) {
            deeds.requireNotDeleted(id);
            by.needReason();
        } else {
            var unused = deeds.account(id);
        }
        ObjectNode answer = organization.answer(
                action,
                ActionRequest.of(
                        Acting.operator(id, writer.log(by, id)),
                        request::path,
                        request.query()::get,
                        request.body().without(REASON)));
        return answer == null ? MissingNode.getInstance() : answer;
    }
}
