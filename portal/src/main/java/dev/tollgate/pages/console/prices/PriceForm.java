package dev.tollgate.pages.console.prices;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.fields.WrittenTime;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.TariffJson;
import dev.tollgate.models.TariffRules;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.operator.admin.prices.PriceRoutes;
import dev.tollgate.operator.admin.prices.Prices;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The form of a price: a field for each rate, with the names of the operator's API; names in inner objects have a dot. An empty field means no
 * rate of its own. Immutable.
 *
 * @param values the texts of the fields; a missing field keeps its rate
 * @param offers rates by which a mark-up would offer what is not on sale, by field; they are no values unless their boxes are ticked
 */
public record PriceForm(Map<String, String> values, Map<String, String> offers) {

    private static final DateTimeFormatter OFFSET =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx", Locale.ROOT);

    /** The field of a margin on the cost, in percent. */
    static final String MARGIN = "margin";

    private static final String BILLED = "billed";
    private static final String FREE = "free";

    private static final int DECIMALS = 6;

    private static final String FROM = "from";
    private static final String REASONING = "reasoning";
    private static final String CANCELS = "cancel_scheduled";
    private static final String VERSION = "version";

    /** The fields in the order of the page. */
    private static final List<String> FIELDS = Stream.concat(
                    TariffJson.FACTS.stream().map(Fact::name), Stream.of(FROM))
            .toList();

    public PriceForm {
        values = Map.copyOf(values);
        offers = Map.copyOf(offers);
    }

    private PriceForm(Map<String, String> values) {
        this(values, Map.of());
    }

    /** Returns the form filled with a price. */
    static PriceForm of(Pricing pricing) {
        Map<String, String> values = new LinkedHashMap<>();
        fill(values, "", TariffJson.of(pricing.tariff()));
        values.put(REASONING, reasoning(pricing));
        return new PriceForm(values);
    }

    /** Returns the value of the field of thoughts. */
    public static String reasoning(Pricing price) {
        return price.reasoningBilled() ? BILLED : FREE;
    }

    private static void fill(Map<String, String> values, String path, JsonNode json) {
        json.forEachEntry((name, value) -> {
            if (value.isObject()) {
                fill(values, path + name + ".", value);
            } else {
                values.put(path + name, value.isNumber() ? value.decimalValue().toPlainString() : value.asString());
            }
        });
    }

    /**
     * Returns the form with the rates of a cost and the margin on them that was typed. What is not on sale is offered by a box of its own, and what is on
     * sale without a known cost keeps its rate.
     *
     * @param before the price in force
     * @throws IllegalArgumentException with a sentence, if the margin is none or the cost is not known
     */
    PriceForm onCost(UpstreamModel.@Nullable Cost cost, Tariff before) {
        String margin = value(MARGIN);
        if (!margin.matches("[0-9]{1,4}([.][0-9]{1,2})?") || cost == null) {
            throw new IllegalArgumentException(
                    cost == null
                            ? say("The cost of this model is not known. Enter its rates.")
                            : say("The mark-up must be a percentage like 30, added to the cost."));
        }
        BigDecimal factor = new BigDecimal(margin).movePointLeft(2).add(BigDecimal.ONE);
        Map<String, String> ofCost = new LinkedHashMap<>();
        fill(ofCost, "", TariffJson.of(cost.tariff()));
        Map<String, String> values = new LinkedHashMap<>(this.values);
        Map<String, String> offers = new LinkedHashMap<>();
        for (Rate rate : Rate.values()) {
            if (rate.isOffer() && !before.has(rate)) {
                offers.put(rate.key(), marked(ofCost.get(rate.key()), factor));
            } else if (!rate.isOffer() || ofCost.containsKey(rate.key())) {
                for (String field : List.of(rate.key(), "above." + rate.key())) {
                    values.put(field, marked(ofCost.get(field), factor));
                }
            }
        }
        offers.values().removeIf(String::isEmpty);
        values.keySet().removeAll(offers.keySet());
        for (String field : List.of("above.prompt_tokens", "search_counts")) {
            values.put(field, ofCost.getOrDefault(field, ""));
        }
        values.remove(MARGIN);
        return new PriceForm(values, offers);
    }

    private static String marked(@Nullable String cost, BigDecimal factor) {
        return cost == null
                ? ""
                : new BigDecimal(cost)
                        .multiply(factor)
                        .setScale(DECIMALS, RoundingMode.UP)
                        .stripTrailingZeros()
                        .toPlainString();
    }

    /** Returns the form with all boxes ticked. */
    PriceForm withOffers() {
        Map<String, String> all = new LinkedHashMap<>(values);
        all.putAll(offers);
        return new PriceForm(all);
    }

    /** Returns the form as it was typed. A day or a time that was picked gets the offset of its zone: a day begins at midnight. */
    static PriceForm typed(Map<String, String> fields, ZoneId zone) {
        String picked = fields.getOrDefault(FROM, "").strip();
        String from = picked.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}") ? picked + "T00:00" : picked;
        if (!from.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")) {
            return new PriceForm(fields);
        }
        Map<String, String> values = new LinkedHashMap<>(fields);
        try {
            values.put(FROM, OFFSET.format(LocalDateTime.parse(from).atZone(zone)));
        } catch (DateTimeException e) {
            return new PriceForm(fields); // the change says what is wrong
        }
        return new PriceForm(values);
    }

    /** Returns the day from which the price applies as it is picked in a zone; the typed text if it is none. */
    public String from(ZoneId zone) {
        Instant from = WrittenTime.time(value(FROM));
        return from == null ? value(FROM) : from.atZone(zone).toLocalDate().toString();
    }

    /** Returns the text of a field, empty if there is none. */
    public String value(String field) {
        return values.getOrDefault(field, "").strip();
    }

    boolean hasMargin() {
        return !value(MARGIN).isEmpty();
    }

    public boolean isBilled() {
        return value(REASONING).equals(BILLED);
    }

    /** Returns whether later prices are withdrawn. */
    public boolean isCancelling() {
        return value(CANCELS).equals("true");
    }

    /** Returns whether a field apart from input, output and thoughts is filled. */
    public boolean hasMore() {
        return FIELDS.stream().skip(2).anyMatch(field -> !value(field).isEmpty());
    }

    /** Returns the label of a rate's field under a heading that says whose rates they are. */
    public static String label(Rate rate) {
        return switch (rate) {
            case CACHED_INPUT -> say("Cached in");
            case AUDIO_INPUT -> say("Audio in");
            case CACHED_AUDIO_INPUT -> say("Cached audio in");
            case IMAGE_OUTPUT -> say("Image out");
            default -> rate.head().said();
        };
    }

    /** Returns the fields that a confirmation repeats, without those that have a box. @param boxes their names */
    public List<String> fields(List<String> boxes) {
        return FIELDS.stream()
                .filter(values::containsKey)
                .filter(field -> !boxes.contains(field))
                .toList();
    }

    /** @throws IllegalArgumentException with a sentence, if the time is none */
    Prices.Change change() {
        return PriceRoutes.change(Body.of(body(), PriceRoutes.SET.ownFields()));
    }

    /** Returns the body of the operator's API. @throws IllegalArgumentException as above */
    ObjectNode body() {
        ObjectNode body = members().put(CANCELS, isCancelling());
        Instant from = from();
        if (from != null) {
            body.put(FROM, from.toString());
        }
        if (values.containsKey(REASONING)) {
            body.put(REASONING, isBilled() ? BILLED : FREE);
        }
        if (values.containsKey(VERSION)) {
            body.put(VERSION, value(VERSION));
        }
        return body;
    }

    private @Nullable Instant from() {
        String text = value(FROM);
        Instant from = WrittenTime.time(text);
        if (from == null && !text.isEmpty()) {
            throw new IllegalArgumentException(
                    say("From must be a time like 2026-12-01T00:00, or empty for immediately."));
        }
        return from;
    }

    private ObjectNode members() {
        ObjectNode members = JsonNodeFactory.instance.objectNode();
        for (String field : FIELDS) {
            int dot = field.indexOf('.');
            if (field.equals(FROM) || !values.containsKey(field)) {
                continue;
            }
            if (dot < 0) {
                put(members, field, value(field));
            } else {
                ObjectNode inner = members.withObject("/" + field.substring(0, dot));
                put(inner, field.substring(dot + 1), value(field));
            }
        }
        if (value("search_per_1000").matches("[0.]*") && members.has("search_per_1000")) {
            members.putNull("search_counts");
        }
        for (Rate rate : Rate.values()) { // a box has one field, and a step names each rate
            if (rate.isOffer()
                    && !value("above.prompt_tokens").isEmpty()
                    && value("above." + rate.key()).isEmpty()) {
                put(members.withObject("/above"), rate.key(), value(rate.key()));
            }
        }
        for (String name : List.of("above", "tiers")) {
            if (members.has(name) && members.get(name).valueStream().allMatch(JsonNode::isNull)) {
                members.putNull(name);
            }
        }
        return members;
    }

    private static void put(ObjectNode members, String name, String text) {
        if (text.isEmpty()) {
            members.putNull(name);
        } else {
            TariffRules.put(members, name, text);
        }
    }
}
