package dev.tollgate.pages.console;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.words.Joined;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A field that a deed has changed, or that says more of it, in the words and units of pages.
 *
 * @param before null where there is nothing to compare it with
 */
public record DeedChange(String field, @Nullable String before, String after) {

    /** Decimal credits. */
    private static final Set<String> CREDITS = Set.of(
            "balance",
            "reserved",
            "purchased",
            "consumed",
            "credits",
            "credits_taken_back",
            "credits_missing",
            "spend.hour",
            "spend.day",
            "spend.total",
            "hour",
            "day",
            "week",
            "month",
            "total");

    private static final Set<String> PRICES = Set.of("input", "output");

    /** Fields whose values are ids of people. */
    private static final Set<String> PEOPLE = Set.of("person", "left");

    /** Fields that the row already shows, or that no action changes. */
    private static final Set<String> LEFT_OUT = Set.of("id", "account", "created_at", "last_used_at", "set_at");

    /** Result fields that are shown only if they are true: an outcome that did not occur is not mentioned. */
    private static final Set<String> ONLY_WHERE_TRUE = Set.of("blocked");

    /** The unchanged fields that say what the action is about. */
    private static final Set<String> ALWAYS = Set.of("person", "left", "subject");

    /** Returns it as a text. */
    public String text() {
        return before == null
                ? say("{field}: {after}", field, after)
                : say("{field}: {before} → {after}", field, before, after);
    }

    /** All in a line. */
    static String line(List<DeedChange> changes) {
        return changes.stream().map(DeedChange::text).collect(Collectors.joining("; "));
    }

    /**
     * Returns the fields that differ. For an object that is new or gone, returns the fields worth showing.
     *
     * @param beforeJson as in the audit log; null if there was no object
     * @param afterJson as in the audit log; null if there is no object
     * @param person returns the name of a person by id
     */
    static List<DeedChange> of(
            @Nullable String beforeJson, @Nullable String afterJson, UnaryOperator<String> person, ZoneId zone) {
        Map<String, JsonNode> before = fields(beforeJson);
        Map<String, JsonNode> after = fields(afterJson);
        Set<String> names = new LinkedHashSet<>(after.keySet());
        names.addAll(before.keySet());
        names.removeAll(LEFT_OUT);
        List<DeedChange> changes = new ArrayList<>();
        for (String name : names) {
            JsonNode was = before.get(name);
            JsonNode is = after.get(name);
            if (was == null && is != null && isWorthTelling(name, is)) {
                changes.add(new DeedChange(DeedWords.field(name), null, text(name, is, person, zone)));
            } else if (was != null && is == null) {
                changes.add(new DeedChange(DeedWords.field(name), text(name, was, person, zone), say("none")));
            } else if (was != null && is != null && !was.equals(is)) {
                changes.add(new DeedChange(
                        DeedWords.field(name), text(name, was, person, zone), text(name, is, person, zone)));
            } else if (was != null && ALWAYS.contains(name)) {
                changes.add(new DeedChange(DeedWords.field(name), null, text(name, was, person, zone)));
            }
        }
        return changes;
    }

    /** Returns the fields by name. Fields of inner objects have both names, with a dot. A value that is no object is one field. */
    private static Map<String, JsonNode> fields(@Nullable String json) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        if (json != null) {
            try {
                add(fields, "", ApiJson.MAPPER.readTree(json));
            } catch (JacksonException e) {
                fields.put("value", ApiJson.MAPPER.getNodeFactory().stringNode(json));
            }
        }
        return fields;
    }

    private static void add(Map<String, JsonNode> fields, String path, JsonNode node) {
        if (!node.isObject()) {
            fields.put(path.isEmpty() ? "value" : DeedWords.common(path), node);
            return;
        }
        node.properties()
                .forEach(field ->
                        add(fields, path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue()));
    }

    private static boolean isWorthTelling(String name, JsonNode is) {
        return !isEmpty(is) && (is.asBoolean(true) || !ONLY_WHERE_TRUE.contains(name));
    }

    private static boolean isEmpty(JsonNode node) {
        return node.isNull() || node.isArray() && node.isEmpty();
    }

    private static String text(String name, JsonNode node, UnaryOperator<String> person, ZoneId zone) {
        if (isEmpty(node)) {
            return name.equals("models") || name.equals("allow") ? say("all") : say("none");
        }
        if (node.isBoolean()) {
            return node.asBoolean() ? say("deed::yes") : say("deed::no");
        }
        if (node.isArray()) {
            return Joined.facts(node.valueStream()
                    .map(item -> item.isObject() ? item.path("version").asString("") : item.asString()));
        }
        return node.isNumber() ? number(name, node.decimalValue(), zone) : word(name, node.asString(), person);
    }

    private static String number(String name, BigDecimal number, ZoneId zone) {
        try {
            if (name.equals("expires_at")) {
                return Display.fullTime(Instant.ofEpochSecond(number.longValueExact()), zone);
            }
            if (CREDITS.contains(name) || PRICES.contains(name)) {
                long micros = number.movePointRight(6).longValueExact();
                return PRICES.contains(name) ? Display.price(micros) : Display.charge(micros);
            }
            return Display.number(number.longValueExact());
        } catch (ArithmeticException e) {
            return number.toPlainString();
        }
    }

    private static String word(String name, String text, UnaryOperator<String> person) {
        if (PEOPLE.contains(name)) {
            return person.apply(text);
        }
        if (name.equals("kind")) {
            return text.equalsIgnoreCase("management")
                    ? say("management key")
                    : text.equalsIgnoreCase("api") ? say("API key") : text;
        }
        return text.isEmpty() ? say("none") : text;
    }

    /** The ids in it that have names. */
    static Set<String> ids(@Nullable String json) {
        return fields(json).entrySet().stream()
                .filter(field -> PEOPLE.contains(field.getKey()))
                .map(field -> field.getValue().asString())
                .collect(Collectors.toSet());
    }
}
