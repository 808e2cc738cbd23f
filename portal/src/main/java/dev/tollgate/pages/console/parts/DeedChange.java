package dev.tollgate.pages.console.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.books.grants.GrantLimits;
import dev.tollgate.models.prices.GroupFactors;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.words.Joined;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A fact that a deed has changed, or that says more of it, in the words and units of pages.
 *
 * @param before null where there is nothing to compare it with
 */
public record DeedChange(String field, @Nullable String before, String after) {

    private static final int MICRO = 6;

    /** The name of a value that is no object. */
    private static final String VALUE = "value";

    /** Returns it as a text. */
    public String text() {
        return before == null
                ? say("{field}: {after}", field, after)
                : say("{field}: {before} → {after}", field, before, after);
    }

    /** All in a line. */
    public static String line(List<DeedChange> changes) {
        return changes.stream().map(DeedChange::text).collect(Collectors.joining("; "));
    }

    /** The rows of a kind, as one reader sees them. @param person returns the name of a person by id */
    record Reading(DeedKind kind, UnaryOperator<String> person, ZoneId zone) {

        /**
         * Returns the facts that differ. For an object that is new or gone, returns the facts worth showing.
         *
         * @param beforeJson as in the audit log; null if there was no object
         * @param afterJson as in the audit log; null if there is no object
         */
        List<DeedChange> changes(@Nullable String beforeJson, @Nullable String afterJson) {
            Map<String, JsonNode> before = values(kind, beforeJson);
            Map<String, JsonNode> after = values(kind, afterJson);
            Set<String> names = new LinkedHashSet<>(after.keySet());
            names.addAll(before.keySet());
            return names.stream()
                    .map(name -> change(name, before.get(name), after.get(name)))
                    .filter(Objects::nonNull)
                    .map(Objects::requireNonNull)
                    .toList();
        }

        private @Nullable DeedChange change(String name, @Nullable JsonNode was, @Nullable JsonNode is) {
            Fact fact = fact(kind, name);
            String label = fact.name().endsWith("*")
                    ? say("{a} {b}", fact.label(), name)
                    : fact.label().said();
            boolean isSame = was == null || is == null || was.equals(is);
            JsonNode one = is == null ? was : is;
            return switch (fact.told()) {
                case NEVER -> null;
                case ALWAYS ->
                    isSame && one != null ? new DeedChange(label, null, text(fact, one)) : both(label, fact, was, is);
                case IF_TRUE -> is == null || !is.asBoolean(true) && was == null ? null : both(label, fact, was, is);
                case CHANGED -> both(label, fact, was, is);
            };
        }

        private @Nullable DeedChange both(String label, Fact fact, @Nullable JsonNode was, @Nullable JsonNode is) {
            if (was == null) {
                return is == null || isEmpty(is) ? null : new DeedChange(label, null, text(fact, is));
            }
            return was.equals(is)
                    ? null
                    : new DeedChange(label, text(fact, was), is == null ? nothing(fact) : text(fact, is));
        }

        private String text(Fact fact, JsonNode value) {
            if (isEmpty(value)) {
                return nothing(fact);
            }
            if (value.isBoolean()) {
                return value.asBoolean() ? say("deed::yes") : say("deed::no");
            }
            if (value.isArray()) {
                return Joined.facts(value.valueStream()
                        .map(item -> item.isObject() ? item.path("version").asString("") : text(fact, item)));
            }
            if (value.isObject()) {
                return Joined.facts(value.properties().stream()
                        .map(entry -> say("{a}: {b}", entry.getKey(), text(fact, entry.getValue()))));
            }
            try {
                return value.isNumber() ? number(fact, value.decimalValue()) : word(fact, value.asString());
            } catch (ArithmeticException | DateTimeException | IllegalArgumentException e) {
                return value.isNumber() ? value.decimalValue().toPlainString() : value.asString();
            }
        }

        private static String nothing(Fact fact) {
            return fact.nothing() == null ? say("none") : fact.nothing().said();
        }

        private String number(Fact fact, BigDecimal number) {
            return switch (fact.kind()) {
                case CREDITS -> Display.charge(number.movePointRight(MICRO).longValueExact());
                case PRICE -> Display.price(number.movePointRight(MICRO).longValueExact());
                case TIME -> Display.fullTime(Instant.ofEpochSecond(number.longValueExact()), zone);
                case FACTOR -> GroupFactors.words(number.intValueExact()).said();
                case PLAIN, LIMITS, PERSON -> Display.number(number.longValueExact());
            };
        }

        private String word(Fact fact, String text) {
            Sentence word = fact.words().get(text);
            if (word != null) {
                return word.said();
            }
            return switch (fact.kind()) {
                case TIME -> Display.fullTime(Instant.parse(text), zone);
                case LIMITS -> limits(GrantLimits.of(text));
                case PERSON -> person.apply(text);
                case PLAIN, CREDITS, PRICE, FACTOR -> text;
            };
        }

        private static String limits(GrantLimits limits) {
            return Joined.facts(limits.all().stream()
                    .map(limit -> say(
                            "at most {credits} credits in {n} hour | at most {credits} credits in {n} hours",
                            Display.charge(limit.micros()),
                            limit.hours())));
        }
    }

    private static Fact fact(DeedKind kind, String name) {
        Fact known = kind.fact(name);
        return known == null ? new Fact(name, Sentence.asItIs(name)) : known;
    }

    /** Returns the values by name. Values of inner objects have both names, with a dot, unless the object is a fact. A value that is no object is one. */
    private static Map<String, JsonNode> values(DeedKind kind, @Nullable String json) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        if (json != null) {
            try {
                add(kind, values, "", ApiJson.MAPPER.readTree(json));
            } catch (JacksonException e) {
                values.put(VALUE, ApiJson.MAPPER.getNodeFactory().stringNode(json));
            }
        }
        return values;
    }

    private static void add(DeedKind kind, Map<String, JsonNode> values, String path, JsonNode node) {
        if (!node.isObject() || kind.fact(path) != null) {
            values.put(path.isEmpty() ? VALUE : path, node);
            return;
        }
        node.properties()
                .forEach(member -> add(
                        kind,
                        values,
                        path.isEmpty() ? member.getKey() : path + "." + member.getKey(),
                        member.getValue()));
    }

    private static boolean isEmpty(JsonNode node) {
        return node.isNull()
                || node.isContainer() && node.isEmpty()
                || node.isString() && node.asString().isEmpty();
    }

    /** Returns the ids in it that have names. */
    static Set<String> ids(DeedKind kind, @Nullable String json) {
        return values(kind, json).entrySet().stream()
                .filter(value -> fact(kind, value.getKey()).kind() == Fact.Kind.PERSON)
                .map(value -> value.getValue().asString())
                .collect(Collectors.toSet());
    }
}
