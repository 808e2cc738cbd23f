package dev.tollgate.operator.admin;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.models.Tariff;
import dev.tollgate.models.TariffJson;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** A JSON object of an answer or of the audit log. Amounts are exact decimal credits, times are Unix seconds; null is null. */
public final class AdminJson {

    private final ObjectNode node = ApiJson.MAPPER.createObjectNode();

    public <T> AdminJson array(String name, List<T> entries, Function<T, ObjectNode> json) {
        node.set(name, array(entries, json));
        return this;
    }

    public static <T> ArrayNode array(List<T> entries, Function<T, ObjectNode> json) {
        ArrayNode array = ApiJson.MAPPER.createArrayNode();
        entries.forEach(entry -> array.add(json.apply(entry)));
        return array;
    }

    public AdminJson text(String name, @Nullable String value) {
        node.put(name, value);
        return this;
    }

    public AdminJson number(String name, @Nullable Long value) {
        node.put(name, value);
        return this;
    }

    public AdminJson flag(String name, boolean value) {
        node.put(name, value);
        return this;
    }

    public AdminJson credits(String name, @Nullable Long micros) {
        ApiJson.credits(node, name, micros);
        return this;
    }

    /** Adds the rates of a price or a cost, with the names of the catalogue. */
    public AdminJson tariff(Tariff tariff) {
        TariffJson.write(node, tariff);
        return this;
    }

    public AdminJson decimal(String name, @Nullable BigDecimal value) {
        return raw(name, value == null ? null : value.toPlainString());
    }

    /** @param json as it is written already */
    public AdminJson raw(String name, @Nullable String json) {
        if (json == null) {
            node.putNull(name);
        } else {
            node.putRawValue(name, new RawValue(json));
        }
        return this;
    }

    public AdminJson time(String name, @Nullable Instant time) {
        node.put(name, ApiJson.seconds(time));
        return this;
    }

    /** Adds a time to the millisecond, as in {@code 2026-12-01T00:00:00Z}. */
    public AdminJson instant(String name, @Nullable Instant time) {
        return text(name, time == null ? null : time.toString());
    }

    public AdminJson texts(String name, List<String> values) {
        ArrayNode array = node.putArray(name);
        values.forEach(array::add);
        return this;
    }

    public AdminJson numbers(String name, List<Long> values) {
        ArrayNode array = node.putArray(name);
        values.forEach(array::add);
        return this;
    }

    public AdminJson object(String name, @Nullable AdminJson value) {
        node.set(name, value == null ? ApiJson.MAPPER.nullNode() : value.node);
        return this;
    }

    /** The facts of a balance in the audit log. */
    public static final List<Fact> BALANCE = List.of(
            new Fact("balance", sentence("Balance"), Fact.Kind.CREDITS),
            new Fact("reserved", sentence("Held"), Fact.Kind.CREDITS),
            new Fact("purchased", sentence("Granted and bought"), Fact.Kind.CREDITS),
            new Fact("consumed", sentence("Consumed"), Fact.Kind.CREDITS));

    /** Adds a balance, whose facts are {@link #BALANCE}. */
    public AdminJson balance(Balance balance) {
        return credits("balance", balance.balanceMicros())
                .credits("reserved", balance.reservedMicros())
                .credits("purchased", balance.purchasedMicros())
                .credits("consumed", balance.consumedMicros());
    }

    public ObjectNode node() {
        return node;
    }

    /** Returns the JSON as the audit log stores it. */
    public String end() {
        return ApiJson.MAPPER.writeValueAsString(node);
    }
}
