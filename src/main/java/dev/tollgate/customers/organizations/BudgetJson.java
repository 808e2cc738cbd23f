package dev.tollgate.customers.organizations;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.budgets.Budgets.SpendBudget;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendWindow;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Budgets as all faces of the API take and show them: limits in credits by window; null is no budget. */
public final class BudgetJson {

    /** The members of a body that name a window. */
    public static final List<String> WINDOWS =
            Stream.of(SpendWindow.values()).map(SpendWindow::code).toList();

    /** The word that frees a member from the budget of each member. */
    static final String UNLIMITED = "unlimited";

    /** A billion credits. */
    private static final BigDecimal CREDITS_MAX = BigDecimal.valueOf(1_000_000_000);

    private static final int DECIMALS = 6;

    /** The windows that are limits of the key itself. */
    private static final List<String> OF_KEYS = List.of("hour", "day", "total");

    private BudgetJson() {}

    /**
     * Reads a change of an owner's budgets: null removes a budget, and windows that the body does not name stay.
     *
     * @throws ApiException a 400 that names the window
     */
    public static UnaryOperator<Map<SpendWindow, SpendBudget>> change(ObjectNode body, String owner) {
        Map<SpendWindow, @Nullable SpendBudget> named = new EnumMap<>(SpendWindow.class);
        for (SpendWindow window : SpendWindow.values()) {
            JsonNode value = body.get(window.code());
            if (value != null) {
                named.put(window, budget(window.code(), value, owner));
            }
        }
        if (named.isEmpty()) {
            throw ApiError.invalid(null, "The body must name at least one window: " + String.join(", ", WINDOWS) + ".")
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

    /** @throws ApiException a 400 if it is the name of no time zone */
    public static ZoneId zone(JsonNode name) {
        if (!name.isString() || !ZoneId.getAvailableZoneIds().contains(name.stringValue())) {
            throw wrong("time_zone", "must be the name of a time zone, such as Europe/Berlin");
        }
        return ZoneId.of(name.stringValue());
    }

    private static @Nullable SpendBudget budget(String window, JsonNode value, String owner) {
        if (value.isNull()) {
            return null;
        }
        boolean isMember = owner.startsWith("mem_");
        if (isMember && value.isString() && value.stringValue().equals(UNLIMITED)) {
            return new SpendBudget(null);
        }
        if (owner.startsWith("key_") && OF_KEYS.contains(window)) {
            throw wrong(
                    window,
                    "is no budget of a key: set 'spend." + window + "' of the key. Budgets of keys are week and month");
        }
        String allowed = "must be a number of credits from 0 to " + CREDITS_MAX + " with at most " + DECIMALS
                + " decimals, " + (isMember ? "\"" + UNLIMITED + "\" " : "") + "or null for no budget";
        if (!value.isNumber()) {
            throw wrong(window, allowed);
        }
        BigDecimal credits = value.decimalValue();
        if (credits.signum() < 0 || credits.compareTo(CREDITS_MAX) > 0) {
            throw wrong(window, allowed);
        }
        try {
            return new SpendBudget(credits.movePointRight(DECIMALS).longValueExact());
        } catch (ArithmeticException e) {
            throw wrong(window, allowed);
        }
    }

    private static ApiException wrong(String field, String what) {
        return ApiError.invalid(field, "'" + field + "' " + what + ".").asException();
    }

    /** Returns a budget with its use. */
    public static ObjectNode of(BudgetsNow.Line line) {
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
