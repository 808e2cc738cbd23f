package dev.tollgate.operator.admin;

import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.operator.admin.OperatorAccounts.AccountLimits;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/accounts…}: accounts, their money and their limits. */
public final class AccountRoutes {

    static final int PAGE_MAX = 200;

    private static final List<String> WINDOWS =
            Stream.of(SpendWindow.values()).map(SpendWindow::code).toList();

    /** The word that frees a member from the budget of each member. */
    private static final String UNLIMITED = "unlimited";

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
        List<String> members = new ArrayList<>(WINDOWS);
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
            return SetBudgets.zone(accountId, zone(body.needText("time_zone")), now);
        }
        String owner = body.needText("owner");
        Map<SpendWindow, @Nullable SpendBudget> named = new EnumMap<>(SpendWindow.class);
        for (SpendWindow window : SpendWindow.values()) {
            JsonNode value = body.node(window.code());
            if (!value.isMissingNode()) {
                named.put(window, budget(body, window.code(), value, owner));
            }
        }
        if (named.isEmpty()) {
            throw OperatorBody.wrong("owner", "needs a window; allowed are " + String.join(", ", WINDOWS));
        }
        return SetBudgets.of(
                accountId,
                owner,
                old -> {
                    Map<SpendWindow, SpendBudget> next = new EnumMap<>(SpendWindow.class);
                    next.putAll(old);
                    named.forEach((window, budget) -> {
                        if (budget == null) {
                            next.remove(window);
                        } else {
                            next.put(window, budget);
                        }
                    });
                    return next;
                },
                now);
    }

    private static ZoneId zone(String name) {
        if (!ZoneId.getAvailableZoneIds().contains(name)) {
            throw OperatorBody.wrong("time_zone", "must be the name of a time zone, such as Europe/Berlin");
        }
        return ZoneId.of(name);
    }

    private static @Nullable SpendBudget budget(OperatorBody body, String name, JsonNode value, String owner) {
        if (value.isNull()) {
            return null;
        }
        if (owner.startsWith("mem_") && value.isString() && value.asString().equals(UNLIMITED)) {
            return new SpendBudget(null);
        }
        long micros = body.credits(name);
        if (micros < 0) {
            throw OperatorBody.wrong(name, "must be 0 or more");
        }
        return new SpendBudget(micros);
    }

    private static ObjectNode json(BudgetsNow now) {
        ObjectNode json = new AdminJson().text("time_zone", now.zone().getId()).node();
        var lines = json.putArray("data");
        for (BudgetsNow.Line line : now.lines()) {
            Long limit = line.limitMicros();
            lines.add(new AdminJson()
                    .text("owner", line.owner())
                    .text("window", line.window().code())
                    .credits("limit", limit)
                    .credits("used", line.use().chargedMicros())
                    .credits("held", line.use().heldMicros())
                    .credits(
                            "left",
                            limit == null
                                    ? null
                                    : Math.max(0, limit - line.use().micros()))
                    .time("resets_at", line.endsAt())
                    .node());
        }
        return json;
    }
}
