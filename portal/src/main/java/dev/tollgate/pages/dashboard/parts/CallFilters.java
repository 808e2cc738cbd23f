package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.CallLabels.Label;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.CallPage;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.TypedNumber;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The filters of the call log from the URL. A value that cannot be parsed sets no filter.
 *
 * @param range null for any time
 * @param keys that the URL names, of those that the reader sees
 * @param over credits as typed, or null
 * @param error the code of an error
 * @param label a tag or an end user
 * @param order null for the last to end first
 */
public record CallFilters(
        @Nullable ChosenRange range,
        @Nullable String state,
        @Nullable String model,
        KeyFilter keys,
        @Nullable String door,
        @Nullable String flag,
        @Nullable String over,
        @Nullable String error,
        @Nullable Label label,
        CallPage.@Nullable Order order) {

    static final List<String> FLAGS = List.of("estimated", "clamped", "total_mismatch", "shortfall");

    private static final Set<String> OF_RANGE = Set.of("from", "to", "utc");
    private static final Set<String> UNSEEN = Set.of("error", "tag", "end_user");
    private static final Set<String> FOLDED = Set.of("team", "member", "door", "flag", "over");
    private static final Map<String, Sentence> NAMES = Map.ofEntries(
            Map.entry("range", sentence("Time")),
            Map.entry("state", sentence("State")),
            Map.entry("model", sentence("Model")),
            Map.entry("key", sentence("Key")),
            Map.entry("team", sentence("Team")),
            Map.entry("member", sentence("Member")),
            Map.entry("door", Sentence.asItIs("API")),
            Map.entry("flag", sentence("Notes")),
            Map.entry("over", sentence("Over")),
            Map.entry("error", sentence("Error")),
            Map.entry("tag", sentence("Tag")),
            Map.entry("end_user", sentence("End user")),
            Map.entry("order", sentence("Order")));
    private static final int TEXT_CHARS_MAX = 256;
    private static final int CREDITS_DIGITS_MAX = 12;
    private static final BigDecimal MICROS = BigDecimal.valueOf(1_000_000);
    private static final BigDecimal CREDITS_A_DOLLAR = BigDecimal.valueOf(200);

    /** The field of an amount in dollars. */
    public static final String OVER_IN_DOLLARS = "over_usd";

    public static CallFilters of(PageRequest<Visitor.Member> request, Instant now) {
        ZoneId zone = request.visitor().person().preferences().zone();
        String state = text(request, "state");
        String door = text(request, "door");
        String flag = text(request, "flag");
        String over = over(request);
        return new CallFilters(
                ChosenRange.of(request, now, zone),
                Arrays.stream(TaskStatus.values()).anyMatch(each -> each.code().equals(state)) ? state : null,
                text(request, "model"),
                new KeyFilter(
                        text(request, "key"),
                        text(request, "team"),
                        text(request, "member"),
                        request.visitor().person().view(Right.USAGE)),
                door != null && ProtocolName.isCode(door) ? door : null,
                flag != null && FLAGS.contains(flag) ? flag : null,
                isAmount(over) ? over : null,
                text(request, "error"),
                label(request),
                order(text(request, "order")));
    }

    private static CallPage.@Nullable Order order(@Nullable String code) {
        return Arrays.stream(CallPage.Order.values())
                .filter(order -> order.code().equals(code))
                .findFirst()
                .orElse(null);
    }

    /** A tag is written {@code name=value}, as a call names it. */
    private static @Nullable Label label(PageRequest<?> request) {
        String tag = text(request, "tag");
        int end = tag == null ? -1 : tag.indexOf('=');
        String endUser = text(request, "end_user");
        if (tag != null && end > 0) {
            return new Label(tag.substring(0, end), tag.substring(end + 1));
        }
        return endUser == null ? null : new Label(CallLabels.END_USER, endUser);
    }

    private static @Nullable String text(PageRequest<?> request, String name) {
        String text = request.query(name);
        return text == null || text.length() > TEXT_CHARS_MAX ? null : text;
    }

    /** Returns the amount in credits; it may be typed in dollars. */
    private static @Nullable String over(PageRequest<?> request) {
        String dollars = number(request, OVER_IN_DOLLARS);
        return isAmount(dollars)
                ? new BigDecimal(dollars)
                        .multiply(CREDITS_A_DOLLAR)
                        .stripTrailingZeros()
                        .toPlainString()
                : number(request, "over");
    }

    private static @Nullable String number(PageRequest<?> request, String name) {
        String text = text(request, name);
        return text == null ? null : TypedNumber.ascii(text);
    }

    /** Returns the amount as it is typed in a unit; null without one. */
    public @Nullable String over(Money money) {
        return over == null || money == Money.CREDITS
                ? over
                : new BigDecimal(over)
                        .divide(CREDITS_A_DOLLAR)
                        .stripTrailingZeros()
                        .toPlainString();
    }

    private static boolean isAmount(@Nullable String text) {
        return text != null && text.matches("[0-9]{1," + CREDITS_DIGITS_MAX + "}(\\.[0-9]{0,6})?");
    }

    public @Nullable String key() {
        return keys.keyId();
    }

    public @Nullable String team() {
        return keys.teamId();
    }

    public @Nullable String member() {
        return keys.memberId();
    }

    /** Returns whether no key, team or member is chosen. */
    public boolean isOfAllKeys() {
        return key() == null && team() == null && member() == null;
    }

    public boolean isAll() {
        return range == null
                && state == null
                && model == null
                && isOfAllKeys()
                && door == null
                && flag == null
                && over == null
                && error == null
                && label == null;
    }

    /** Returns whether the roll-ups can answer the question: perhaps of a model, a key, a team or a member. */
    public boolean isKnownToRollups() {
        return state == null && door == null && flag == null && over == null && error == null && label == null;
    }

    public CallFilter filter() {
        return new CallFilter(
                range == null ? null : range.from(),
                range == null ? null : range.to(),
                state == null ? Set.of() : Set.of(TaskStatus.parse(state)),
                model,
                keys,
                door,
                flag,
                over == null ? -1 : new BigDecimal(over).multiply(MICROS).longValueExact(),
                error,
                label);
    }

    /** Returns a link to another path with these filters. */
    public PageLink at(String path) {
        return without("", path);
    }

    /** Returns a link to the list with these filters in another order. @param order its word; empty for the last to end first */
    public PageLink sorted(String order) {
        return without("order", PageLink.REQUESTS).with("order", order);
    }

    private PageLink without(String name, String path) {
        PageLink link = PageLink.to(path);
        for (Map.Entry<String, String> field : fields().entrySet()) {
            boolean isOfRange = OF_RANGE.contains(field.getKey());
            if (!field.getKey().equals(name) && !(isOfRange && name.equals("range"))) {
                link = link.with(field.getKey(), field.getValue());
            }
        }
        return link;
    }

    private Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        if (range != null) {
            fields.put("range", range.name());
            if (range.name().equals("own")) {
                fields.put("from", range.first().toString());
                fields.put("to", range.last().toString());
            }
            if (range.isUtcByWish()) {
                fields.put("utc", "1");
            }
        }
        put(fields, "state", state);
        put(fields, "model", model);
        put(fields, "key", key());
        put(fields, "team", team());
        put(fields, "member", member());
        put(fields, "door", door);
        put(fields, "flag", flag);
        put(fields, "over", over);
        put(fields, "error", error);
        if (label != null) {
            boolean isTag = !label.name().isEmpty();
            put(fields, isTag ? "tag" : "end_user", isTag ? label.name() + "=" + label.value() : label.value());
        }
        put(fields, "order", order == null ? null : order.code());
        return fields;
    }

    private static void put(Map<String, String> fields, String name, @Nullable String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    /** A filter that is set. @param href the list without it */
    public record Chip(String name, String value, String href) {}

    /** Returns the filters that are set. @param names return the name of a value, by the filter's name */
    public List<Chip> chips(Money money, Map<String, UnaryOperator<String>> names) {
        return fields().entrySet().stream()
                .filter(field -> !OF_RANGE.contains(field.getKey()))
                .map(field -> chip(field.getKey(), field.getValue(), money, names))
                .toList();
    }

    private Chip chip(String name, String value, Money money, Map<String, UnaryOperator<String>> names) {
        String text =
                switch (name) {
                    case "range" ->
                        range != null && range.name().equals("own")
                                ? say("{from} – {to}", from(), to())
                                : FilterChoice.label(FilterChoice.ranges(), value);
                    case "state" -> FilterChoice.label(FilterChoice.states(), value);
                    case "order" -> Objects.requireNonNull(order).title().said();
                    case "door" -> FilterChoice.label(FilterChoice.DOORS, value);
                    case "flag" -> FilterChoice.label(FilterChoice.flags(), value);
                    case "over" -> money.sign() + over(money) + money.unit();
                    default ->
                        names.getOrDefault(name, UnaryOperator.identity()).apply(value);
                };
        return new Chip(
                Objects.requireNonNull(NAMES.get(name)).said(),
                text,
                without(name, PageLink.REQUESTS).text());
    }

    /** Returns how many of the filters are set that the page folds away. */
    public int folded() {
        return (int) fields().keySet().stream().filter(FOLDED::contains).count();
    }

    // ---- for the template ----

    /** Returns the filters that have no field in the form and come by links, by their names. */
    public Map<String, String> unseen() {
        Map<String, String> unseen = fields();
        unseen.keySet().retainAll(UNSEEN);
        return unseen;
    }

    /** {@code selected} where it is: null leaves the attribute out. */
    public boolean isRange(String value) {
        return range != null && range.name().equals(value);
    }

    public String from() {
        return range == null ? "" : range.first().toString();
    }

    public String to() {
        return range == null ? "" : range.last().toString();
    }

    public boolean isUtc() {
        return range != null && range.isUtcByWish();
    }
}
