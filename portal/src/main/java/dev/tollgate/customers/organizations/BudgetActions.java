package dev.tollgate.customers.organizations;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.Schema;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.Scope;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Budgets of an organization: limits in credits by window; null is no budget. */
public final class BudgetActions {

    /** The word that frees a member from the budget of each member, in JSON; forms read it in the reader's language too. */
    public static final String UNLIMITED = "unlimited";

    /** The windows that are limits of the key itself. */
    private static final Set<SpendWindow> OF_KEYS = EnumSet.of(SpendWindow.HOUR, SpendWindow.DAY, SpendWindow.TOTAL);

    private static final Map<SpendWindow, Field<SpendBudget>> WINDOWS = windows();

    static final Action<OrganizationStores, ActionRequest> LIST = Action.list(
            "budget.list",
            "/budgets",
            Scope.USAGE_READ,
            "List the budgets of an account with their use.",
            BudgetActions::list);

    public static final Action<OrganizationStores, Budgets> SET = Action.change(
                    "budget.set",
                    "PUT",
                    "/budgets/{owner}",
                    Right.BUDGETS,
                    Scope.BUDGETS_WRITE,
                    "Set the budgets of an owner. Windows that are not named stay.",
                    WINDOWS.values().toArray(Field<?>[]::new))
            .does(
                    (stores, request) ->
                            stores.organizations().setBudgets(request.by(), request.path("owner"), change(request)),
                    BudgetActions::ofOwner);

    /** All rows. */
    public static final List<Action<OrganizationStores, ?>> ALL = List.of(LIST, SET);

    /** The rows of the operator's audit log. */
    static final List<DeedKind> TOLD = List.of(new DeedKind(
            SET.name(),
            sentence("Set budgets"),
            WINDOWS.values().stream()
                    .map(field -> field.fact().saying(Map.of(UNLIMITED, sentence("unlimited"))))
                    .toList()));

    private BudgetActions() {}

    private static Map<SpendWindow, Field<SpendBudget>> windows() {
        Map<SpendWindow, Field<SpendBudget>> fields = new LinkedHashMap<>();
        for (SpendWindow window : SpendWindow.values()) {
            Field<Long> credits = Field.credits(window.code(), label(window));
            fields.put(
                    window,
                    Field.of(
                                    window.code(),
                                    credits.label(),
                                    (path, value) -> value.isString()
                                                    && value.stringValue().equals(UNLIMITED)
                                            ? new SpendBudget(null)
                                            : new SpendBudget(credits.reader().read(path, value)),
                                    text -> text.strip().equals(UNLIMITED)
                                            ? StringNode.valueOf(UNLIMITED)
                                            : credits.typed().apply(text))
                            .kept(Fact.Kind.CREDITS)
                            .shaped(Schema.of("number", "string").with("minimum", 0))
                            .orNull(sentence("no budget"))
                            .help(label(window).english() + ", or unlimited for a member.")
                            .option("--" + window.code() + " CREDITS"));
        }
        return fields;
    }

    private static Sentence label(SpendWindow window) {
        return switch (window) {
            case HOUR -> sentence("Credits per hour");
            case DAY -> sentence("Credits per day");
            case WEEK -> sentence("Credits per week");
            case MONTH -> sentence("Credits per month");
            case TOTAL -> sentence("Credits in all");
        };
    }

    /** Reads a change of an owner's budgets: null removes a budget, and windows that the body does not name stay. */
    private static UnaryOperator<Map<SpendWindow, SpendBudget>> change(ActionRequest request) {
        String owner = request.path("owner");
        Membership person = request.by().membership();
        if (person != null && !Right.BUDGETS.isWhole(person.role()) && !owner.equals(Budgets.ACCOUNT)) {
            throw ActionRequest.refused(403, sentence("Your role sets budgets of the organization alone."));
        }
        Map<SpendWindow, @Nullable SpendBudget> named = new EnumMap<>(SpendWindow.class);
        WINDOWS.forEach((window, field) -> {
            if (request.body().has(field)) {
                named.put(window, budget(owner, window, request.get(field)));
            }
        });
        if (named.isEmpty()) {
            throw ApiError.invalid(
                            null,
                            sentence(
                                    "The body must name at least one window: {names}.",
                                    String.join(
                                            ", ",
                                            WINDOWS.values().stream()
                                                    .map(Field::name)
                                                    .toList())))
                    .asException();
        }
        return old -> {
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
        };
    }

    private static @Nullable SpendBudget budget(String owner, SpendWindow window, @Nullable SpendBudget budget) {
        if (budget != null && budget.limitMicros() == null && !owner.startsWith("mem_")) {
            throw ApiError.wrong(
                            window.code(),
                            "must be a number of credits from 0 to " + Field.CREDITS_MAX
                                    + ", or null for no budget: only a member's can be " + UNLIMITED)
                    .said(sentence(
                            "{field} must be a number of credits from 0 to {most}, or empty for no budget: only a member's can be {unlimited}.",
                            FIELD,
                            Long.toString(Field.CREDITS_MAX),
                            sentence("unlimited")))
                    .asException();
        }
        if (budget != null && owner.startsWith("key_") && OF_KEYS.contains(window)) {
            throw Field.wrong(
                    window.code(),
                    sentence(
                            "{field} is no budget of a key: set 'spend.{window}' of the key. Budgets of keys are week and month.",
                            FIELD,
                            window.code()));
        }
        return budget;
    }

    private static ObjectNode list(OrganizationStores stores, ActionRequest request) {
        BudgetsNow now = stores.organizations().budgets(request.account());
        return request.page(
                        now.lines(), line -> line.owner() + ":" + line.window().code(), BudgetActions::json)
                .put("time_zone", now.zone().getId());
    }

    private static ObjectNode ofOwner(OrganizationStores stores, ActionRequest request, Budgets set) {
        List<BudgetsNow.Line> its = stores.organizations().budgets(request.account()).lines().stream()
                .filter(line -> line.owner().equals(request.path("owner")))
                .toList();
        return ActionRequest.list(its, BudgetActions::json, null);
    }

    /** Returns a budget with its use. */
    private static ObjectNode json(BudgetsNow.Line line) {
        Long limit = line.limitMicros();
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("owner", line.owner())
                .put("window", line.window().code());
        ApiJson.credits(json, "limit", limit);
        ApiJson.credits(json, "used", line.use().chargedMicros());
        ApiJson.credits(json, "held", line.use().heldMicros());
        ApiJson.credits(
                json,
                "left",
                limit == null
                        ? null
                        : Long.valueOf(Math.max(0, limit - line.use().micros())));
        return json.put("resets_at", ApiJson.seconds(line.endsAt()));
    }
}
