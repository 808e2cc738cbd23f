package dev.tollgate.operator.admin;

import dev.tollgate.base.fields.Field;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.keys.KeyOptions;
import dev.tollgate.customers.organizations.InvitationActions;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.roles.Acting;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/accounts…}: accounts, their money, their limits and their organizations. */
public final class AccountRoutes {

    static final int PAGE_MAX = 200;

    private static final String ONE = "/admin/accounts/{id}";

    private static final Field<String> REASON = AdminRequest.REASON;
    private static final Field<String> NAME = Field.text("name", "Name");
    public static final Field<Long> START_CREDITS =
            Field.credits("credits", "Credits").optional();
    public static final Field<Long> SOME_CREDITS =
            Field.credits("credits", "Credits").that(micros -> micros > 0, "must be above 0");
    public static final Field<Long> CREDITS =
            Field.signedCredits("credits", "Credits").that(micros -> micros != 0, "must not be 0");
    private static final Field<Boolean> BLOCKED = Field.flag("blocked", "Blocked");
    private final OperatorAccounts deeds;
    private final OrganizationRoutes organization;
    private final AuditedWriter writer;

    /** @param organization what can be asked of an organization, by its keys too */
    public AccountRoutes(OperatorAccounts deeds, OrganizationRoutes organization, AuditedWriter writer) {
        this.deeds = deeds;
        this.organization = organization;
        this.writer = writer;
    }

    /** Returns the routes, except the deletion of an account. */
    public List<AdminRoute> routes() {
        List<AdminRoute> all = new ArrayList<>(List.of(
                AdminRoute.get("/admin/accounts", this::list, "after", "limit"),
                AdminRoute.post("/admin/accounts", this::create, NAME, START_CREDITS, REASON)
                        .answering(201),
                AdminRoute.get(ONE, request -> json(deeds.account(request.id()))),
                AdminRoute.post(ONE + "/grants", this::grant, SOME_CREDITS, REASON, AdminRequest.ID),
                AdminRoute.post(ONE + "/adjustments", this::adjust, CREDITS, REASON, AdminRequest.ID),
                AdminRoute.post(ONE + "/block", this::block, BLOCKED, REASON),
                AdminRoute.get(
                        ONE + "/limits",
                        request -> deeds.limits(request.id()).json().node()),
                AdminRoute.post(ONE + "/limits", this::setLimits, OperatorKeys.fields(KeyOptions.LIMITS))));
        OrganizationRoutes.ACTIONS.forEach(each -> all.add(route(each)));
        return all;
    }

    private ObjectNode list(AdminRequest request) {
        return request.page(
                PAGE_MAX, limit -> deeds.accounts(request.word("after"), limit), AccountRoutes::json, Account::id);
    }

    private ObjectNode create(AdminRequest request) {
        return json(deeds.createAccount(request.by(), request.need(NAME), request.or(START_CREDITS, 0L)));
    }

    private ObjectNode grant(AdminRequest request) {
        return json(deeds.grant(request.by(), request.id(), request.need(SOME_CREDITS)));
    }

    /** Adds credits to an account; an amount below zero debits them. */
    private ObjectNode adjust(AdminRequest request) {
        return json(deeds.adjust(request.by(), request.id(), request.need(CREDITS)));
    }

    private ObjectNode block(AdminRequest request) {
        return json(deeds.block(request.by(), request.id(), request.need(BLOCKED)));
    }

    /** Sets the limits that the body names; the others stay. */
    private ObjectNode setLimits(AdminRequest request) {
        By by = request.by();
        SpendLimits present = deeds.limits(request.id()).spend();
        return deeds.setLimits(
                        by, request.id(), KeyOptions.rates(request.body()), KeyOptions.spend(request.body(), present))
                .json()
                .node();
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

    /** Returns an action of an organization for the operator, who gives a reason. */
    private AdminRoute route(Action<OrganizationStores, ?> action) {
        String path = ONE + (action.path().isEmpty() ? "/organization" : action.path());
        List<Field<?>> fields = new ArrayList<>(action.fields());
        if (action.isChange()) {
            fields.add(REASON);
        }
        return new AdminRoute(
                action.method(),
                path,
                action.status(),
                fields,
                action.query(),
                false,
                request -> answer(action, request));
    }

    /** Invites a person to the organization that the path names. */
    JsonNode invite(AdminRequest request) {
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
