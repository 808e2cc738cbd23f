package dev.tollgate.customers.organizations;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.http.Handler;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** {@code /v1/organization}, its budgets and its audit log. */
public final class OrganizationHandler {

    private final Organizations organizations;
    private final AccountLog log;

    public OrganizationHandler(Organizations organizations, AccountLog log) {
        this.organizations = organizations;
        this.log = log;
    }

    public Handler<KeyCaller> one() {
        return OrganizationRequest.reading(this::show);
    }

    public Handler<KeyCaller> change() {
        return OrganizationRequest.taking(200, this::change, List.of("name", "time_zone"));
    }

    public Handler<KeyCaller> budgets() {
        return OrganizationRequest.reading(this::budgets);
    }

    public Handler<KeyCaller> setBudgets() {
        return OrganizationRequest.taking(200, this::setBudgets, BudgetJson.WINDOWS);
    }

    public Handler<KeyCaller> auditLog() {
        return OrganizationRequest.reading(this::auditLog);
    }

    private ObjectNode show(OrganizationRequest request) {
        Organizations.Organization found = organizations
                .find(request.account())
                .orElseThrow(() -> OrganizationRequest.refused(404, "The organization does not exist."));
        return ApiJson.MAPPER
                .createObjectNode()
                .put("id", found.id())
                .put("name", found.name())
                .put("time_zone", found.zone().getId())
                .put("created_at", ApiJson.seconds(found.createdAt()));
    }

    /** Checks both fields before it changes either; the zone goes first, since it may be refused. */
    private ObjectNode change(OrganizationRequest request) {
        if (request.body().isEmpty()) {
            throw OrganizationRequest.refused(400, "The body must name at least one of name and time_zone.");
        }
        boolean isMoved = request.body().has("time_zone");
        if (isMoved) {
            request.need(Scope.BUDGETS_WRITE);
        }
        String name = request.body().has("name") ? name(request) : null;
        if (isMoved) {
            ZoneId zone = BudgetJson.zone(request.body().get("time_zone"));
            check(organizations.setZone(request.by(), zone));
        }
        if (name != null) {
            organizations.rename(request.by(), name);
        }
        return show(request);
    }

    private static String name(OrganizationRequest request) {
        request.need(Scope.MEMBERS_WRITE);
        String name = request.text("name");
        String complaint = Organizations.complaint(name);
        if (complaint != null) {
            throw OrganizationRequest.wrong("name", complaint);
        }
        return name;
    }

    // ---- budgets ----

    private ObjectNode budgets(OrganizationRequest request) {
        BudgetsNow now = organizations.budgets(request.account());
        return request.page(
                        now.lines(), line -> line.owner() + ":" + line.window().code(), BudgetJson::of)
                .put("time_zone", now.zone().getId());
    }

    private ObjectNode setBudgets(OrganizationRequest request) {
        String owner = request.path("owner");
        check(organizations.setBudgets(request.by(), owner, BudgetJson.change(request.body(), owner)));
        List<BudgetsNow.Line> its = organizations.budgets(request.account()).lines().stream()
                .filter(line -> line.owner().equals(owner))
                .toList();
        return OrganizationRequest.list(its, BudgetJson::of, null);
    }

    private static void check(SetBudgets.Outcome outcome) {
        switch (outcome) {
            case SetBudgets.Done _ -> {}
            case SetBudgets.NoSuchOwner _ ->
                throw OrganizationRequest.refused(
                        404,
                        "There is no such owner of budgets. Owners are account, each_member, and the ids of members, teams"
                                + " and keys.");
            case SetBudgets.TooMany _ ->
                throw OrganizationRequest.refused(
                        409, "An organization has budgets of at most " + SetBudgets.OWNERS_MAX + " owners.");
            case SetBudgets.TooSoon soon ->
                throw OrganizationRequest.refused(
                        409, "The time zone can be changed once a day; the next time from " + soon.until() + " on.");
            case SetBudgets.Misread older -> throw OrganizationRequest.older(older.servers());
        }
    }

    // ---- the audit log ----

    private ObjectNode auditLog(OrganizationRequest request) {
        String after = request.exchange().query("after");
        if (after != null && !after.matches("[1-9][0-9]{0,17}")) {
            throw OrganizationRequest.wrong("after", "must be the field next of the page before");
        }
        int limit = request.limit();
        List<AccountLog.Line> lines =
                log.page(request.account(), after == null ? Long.MAX_VALUE : Long.parseLong(after), limit);
        // The numbers have no gaps: what follows the number 1 is nothing.
        boolean isLast = lines.size() < limit || lines.getLast().number() == 1;
        return OrganizationRequest.list(
                lines,
                OrganizationHandler::line,
                isLast ? null : Long.toString(lines.getLast().number()));
    }

    private static ObjectNode line(AccountLog.Line line) {
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("number", line.number())
                .put("created_at", ApiJson.seconds(line.at()))
                .put("actor", line.actor())
                .put("address", line.address())
                .put("action", line.action())
                .put("subject", line.subject());
        raw(json, "before", line.beforeJson());
        raw(json, "after", line.afterJson());
        return json;
    }

    private static void raw(ObjectNode json, String name, @Nullable String written) {
        if (written == null) {
            json.putNull(name);
        } else {
            json.putRawValue(name, new RawValue(written));
        }
    }
}
