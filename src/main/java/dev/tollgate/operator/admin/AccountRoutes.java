package dev.tollgate.operator.admin;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.organizations.InvitationActions;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.organizations.OrganizationStores;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.operator.admin.OperatorAccounts.AccountLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/accounts…}: accounts, their money, their limits and their organizations. */
public final class AccountRoutes {

    static final int PAGE_MAX = 200;

    private static final String ONE = "/admin/accounts/{id}";

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
                AdminRoute.post("/admin/accounts", this::create, "name", "credits", "reason")
                        .answering(201),
                AdminRoute.get(ONE, request -> json(deeds.account(request.id()))),
                AdminRoute.post(ONE + "/grants", this::grant, "credits", "reason", "id"),
                AdminRoute.post(ONE + "/adjustments", this::adjust, "credits", "reason", "id"),
                AdminRoute.post(ONE + "/block", this::block, "blocked", "reason"),
                AdminRoute.get(
                        ONE + "/limits",
                        request -> deeds.limits(request.id()).json().node()),
                AdminRoute.post(
                        ONE + "/limits", this::setLimits, "requests", "tokens", "concurrency", "spend", "reason")));
        OrganizationRoutes.ACTIONS.forEach(each -> all.add(route(each)));
        return all;
    }

    private ObjectNode list(AdminRequest request) throws ActionRefused {
        return request.page(
                PAGE_MAX, limit -> deeds.accounts(request.word("after"), limit), AccountRoutes::json, Account::id);
    }

    private ObjectNode create(AdminRequest request) throws ActionRefused {
        By by = request.by();
        String name = request.body().needText("name");
        long micros = request.body().has("credits") ? request.body().credits("credits") : 0;
        if (micros < 0) {
            throw OperatorBody.wrong("credits", "must be 0 or more");
        }
        return json(deeds.createAccount(by, name, micros));
    }

    private ObjectNode grant(AdminRequest request) throws ActionRefused {
        return json(deeds.grant(request.by(), request.id(), request.body().someCredits("credits")));
    }

    /** Adds credits to an account; an amount below zero debits them. */
    private ObjectNode adjust(AdminRequest request) throws ActionRefused {
        By by = request.by();
        long micros = request.body().credits("credits");
        if (micros == 0) {
            throw OperatorBody.wrong("credits", "must not be 0");
        }
        return json(deeds.adjust(by, request.id(), micros));
    }

    private ObjectNode block(AdminRequest request) throws ActionRefused {
        return json(deeds.block(request.by(), request.id(), request.body().needFlag("blocked")));
    }

    /** Sets the limits that the body names; the others stay. */
    private ObjectNode setLimits(AdminRequest request) throws ActionRefused {
        By by = request.by();
        OperatorBody body = request.body();
        UnaryOperator<CallLimits> rates = old -> new CallLimits(
                body.limit("requests", CallLimits.MAX, old.requests()),
                body.limit("tokens", CallLimits.MAX, old.tokens()),
                body.limit("concurrency", CallLimits.MAX, old.concurrency()));
        UnaryOperator<SpendLimits> spend = old -> body.spend("spend", old);
        // A wrong body is refused here, not on the writer's thread.
        var unused = new AccountLimits(rates.apply(CallLimits.NONE), spend.apply(SpendLimits.NONE));
        return deeds.setLimits(by, request.id(), rates, spend).json().node();
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
        List<String> takes = new ArrayList<>(action.query());
        if (action.isChange()) {
            takes.addAll(names(action));
            takes.add("reason");
        }
        return new AdminRoute(action.method(), path, action.status(), takes, false, request -> answer(action, request));
    }

    private static List<String> names(Action<?, ?> action) {
        return action.fields().stream().<String>map(Field::name).toList();
    }

    /** Invites a person to the organization that the path names. */
    JsonNode invite(AdminRequest request) throws ActionRefused {
        return answer(InvitationActions.CREATE, request);
    }

    private JsonNode answer(Action<OrganizationStores, ?> action, AdminRequest request) throws ActionRefused {
        String id = request.id();
        By by = action.isChange() ? request.by() : By.of(request.operator().actor());
        if (action.isChange()) {
            deeds.requireNotDeleted(id);
            ActionRefused.where(by::needReason);
        } else {
            var unused = deeds.account(id);
        }
        ObjectNode answer = organization.answer(
                action,
                ActionRequest.of(
                        Acting.operator(id, writer.log(by, id)),
                        request::path,
                        request.query()::get,
                        Body.of(request.body().members(names(action)), action.fields())));
        return answer == null ? MissingNode.getInstance() : answer;
    }
}
