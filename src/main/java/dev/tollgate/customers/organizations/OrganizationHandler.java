package dev.tollgate.customers.organizations;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.books.ledger.SetBudgets;
import dev.tollgate.customers.keys.KeyCaller.LabelRules;
import dev.tollgate.customers.keys.Scope;
import dev.tollgate.customers.roles.AccountLog;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** An organization itself, its budgets, the values of its labels and its audit log. */
public final class OrganizationHandler {

    private static final String TAG_NAMES = "tag_names";
    private static final String END_USERS = "end_users";
    private static final List<String> FIELDS = List.of("name", "time_zone", TAG_NAMES, END_USERS);

    private final Organizations organizations;
    private final AccountLog log;
    private final Labels labels;

    public OrganizationHandler(Organizations organizations, AccountLog log, Labels labels) {
        this.labels = labels;
        this.organizations = organizations;
        this.log = log;
    }

    public List<OrganizationRoute> routes() {
        return List.of(
                OrganizationRoute.get("", Scope.MEMBERS_READ, this::show),
                OrganizationRoute.change("PATCH", "", null, 200, this::change, FIELDS),
                OrganizationRoute.list("/budgets", Scope.USAGE_READ, this::budgets),
                OrganizationRoute.change(
                        "PUT", "/budgets/{owner}", Scope.BUDGETS_WRITE, 200, this::setBudgets, BudgetJson.WINDOWS),
                OrganizationRoute.list("/tags/{name}", Scope.USAGE_READ, this::tagValues),
                OrganizationRoute.change(
                        "POST", "/end-users/erase", Scope.MEMBERS_WRITE, 204, this::eraseEndUser, List.of("end_user")),
                OrganizationRoute.list("/audit-log", Scope.AUDIT_READ, this::auditLog));
    }

    private ObjectNode show(OrganizationRequest request) {
        Organizations.Organization found = organizations
                .find(request.account())
                .orElseThrow(() -> OrganizationRequest.refused(404, "The organization does not exist."));
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("id", found.id())
                .put("name", found.name())
                .put("time_zone", found.zone().getId())
                .put("end_users", found.labels().endUsers())
                .put("created_at", ApiJson.seconds(found.createdAt()));
        found.labels().names().forEach(json.putArray(TAG_NAMES)::add);
        return json;
    }

    /** Checks all fields before it changes one. Zone and labels go first, since the present state may refuse them. */
    private ObjectNode change(OrganizationRequest request) {
        if (request.body().isEmpty()) {
            throw OrganizationRequest.refused(
                    400, "The body must have at least one of the fields " + String.join(", ", FIELDS) + ".");
        }
        boolean isMoved = request.body().has("time_zone");
        if (isMoved) {
            request.need(Scope.BUDGETS_WRITE);
        }
        String name = request.body().has("name") ? name(request) : null;
        @Nullable UnaryOperator<LabelRules> labels = labels(request);
        if (isMoved) {
            ZoneId zone = BudgetJson.zone(request.body().get("time_zone"));
            check(organizations.setZone(request.by(), zone));
        }
        if (labels != null) {
            organizations.setLabels(request.by(), labels);
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

    /** Reads the change of labels; null if there is none. */
    private static @Nullable UnaryOperator<LabelRules> labels(OrganizationRequest request) {
        JsonNode endUsers = request.body().get(END_USERS);
        boolean hasNames = request.body().has(TAG_NAMES);
        if (endUsers == null && !hasNames) {
            return null;
        }
        request.need(Scope.MEMBERS_WRITE);
        if (endUsers != null && !endUsers.isBoolean()) {
            throw OrganizationRequest.wrong(END_USERS, "must be true or false");
        }
        List<String> names = hasNames ? tagNames(request) : null;
        return rules -> new LabelRules(
                names == null ? rules.names() : names, endUsers == null ? rules.endUsers() : endUsers.booleanValue());
    }

    private static List<String> tagNames(OrganizationRequest request) {
        JsonNode sent = request.body().get(TAG_NAMES);
        if (!sent.isArray() || !sent.valueStream().allMatch(JsonNode::isString)) {
            throw OrganizationRequest.wrong(TAG_NAMES, "must be a list of strings");
        }
        List<String> names =
                sent.valueStream().map(JsonNode::stringValue).distinct().toList();
        String complaint = Organizations.tagsComplaint(names);
        if (complaint != null) {
            throw OrganizationRequest.wrong(TAG_NAMES, complaint);
        }
        return names;
    }

    private ObjectNode tagValues(OrganizationRequest request) {
        String name = request.path("name");
        if (!CallLabels.isName(name)) {
            throw OrganizationRequest.refused(404, "There is no such tag.");
        }
        String after = request.query("after");
        int limit = request.limit();
        List<Labels.Value> values = labels.values(request.account(), name, after == null ? "" : after, limit + 1);
        if (values.isEmpty() && after == null && !isDeclared(request.account(), name)) {
            throw OrganizationRequest.refused(404, "There is no such tag.");
        }
        List<Labels.Value> page = values.size() > limit ? values.subList(0, limit) : values;
        return OrganizationRequest.list(
                page,
                OrganizationHandler::value,
                values.size() > limit ? page.getLast().value() : null);
    }

    private boolean isDeclared(String account, String tag) {
        return organizations
                .find(account)
                .map(found -> found.labels().names().contains(tag))
                .orElse(false);
    }

    private static ObjectNode value(Labels.Value value) {
        return ApiJson.MAPPER
                .createObjectNode()
                .put("value", value.value())
                .put(
                        "first_day",
                        value.createdDay().atZone(ZoneOffset.UTC).toLocalDate().toString())
                .put(
                        "last_day",
                        value.usedDay().atZone(ZoneOffset.UTC).toLocalDate().toString());
    }

    private @Nullable ObjectNode eraseEndUser(OrganizationRequest request) {
        if (!organizations.eraseEndUser(request.by(), request.text("end_user"))) {
            throw OrganizationRequest.refused(404, "No call names this end user.");
        }
        return null;
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
        }
    }

    // ---- the audit log ----

    private ObjectNode auditLog(OrganizationRequest request) {
        String after = request.query("after");
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
