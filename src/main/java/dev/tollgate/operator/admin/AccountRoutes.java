package dev.tollgate.operator.admin;

import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.customers.organizations.BudgetJson;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.operator.admin.OperatorAccounts.AccountLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/accounts…}: accounts, their money and their limits. */
public final class AccountRoutes {

    static final int PAGE_MAX = 200;

    private final OperatorAccounts deeds;

    public AccountRoutes(OperatorAccounts deeds) {
        this.deeds = deeds;
    }

    /** Returns the routes, except the deletion of an account. */
    public List<AdminRoute> routes() {
        String one = "/admin/accounts/{id}";
        return List.of(
                AdminRoute.get("/admin/accounts", this::list, "after", "limit"),
                AdminRoute.post("/admin/accounts", this::create, "name", "credits", "reason")
                        .answering(201),
                AdminRoute.get(one, request -> json(deeds.account(request.id()))),
                AdminRoute.post(one + "/grants", this::grant, "credits", "reason", "id"),
                AdminRoute.post(one + "/adjustments", this::adjust, "credits", "reason", "id"),
                AdminRoute.post(one + "/block", this::block, "blocked", "reason"),
                AdminRoute.get(
                        one + "/limits",
                        request -> deeds.limits(request.id()).json().node()),
                AdminRoute.get(one + "/budgets", request -> json(deeds.budgets(request.id()))),
                AdminRoute.post(one + "/budgets", this::setBudgets, members()),
                AdminRoute.post(
                        one + "/limits", this::setLimits, "requests", "tokens", "concurrency", "spend", "reason"));
    }

    private ObjectNode list(AdminRequest request) throws ActionRefused {
        int limit = request.limit(PAGE_MAX);
        return AdminJson.list(deeds.accounts(request.word("after"), limit), limit, AccountRoutes::json, Account::id);
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

    private static String[] members() {
        List<String> members = new ArrayList<>(BudgetJson.WINDOWS);
        members.addAll(List.of("owner", "time_zone", "reason"));
        return members.toArray(String[]::new);
    }

    private ObjectNode setBudgets(AdminRequest request) throws ActionRefused {
        By by = request.by();
        return json(deeds.setBudgets(by, request.id(), budgets(request.id(), request.body(), deeds.now())));
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

    // ---- budgets ----

    /** Reads a change: the windows of an owner that the body names, or the time zone. */
    private static SetBudgets budgets(String accountId, OperatorBody body, Instant now) throws ActionRefused {
        if (body.has("time_zone")) {
            return SetBudgets.zone(accountId, BudgetJson.zone(body.node("time_zone")), now);
        }
        String owner = body.needText("owner");
        ObjectNode windows = body.members(BudgetJson.WINDOWS);
        if (windows.isEmpty()) {
            throw OperatorBody.wrong("owner", "needs a window; allowed are " + String.join(", ", BudgetJson.WINDOWS));
        }
        return SetBudgets.of(accountId, owner, BudgetJson.change(windows, owner), now);
    }

    private static ObjectNode json(BudgetsNow now) {
        ObjectNode json = new AdminJson().text("time_zone", now.zone().getId()).node();
        var lines = json.putArray("data");
        now.lines().forEach(line -> lines.add(BudgetJson.of(line)));
        return json;
    }
}
