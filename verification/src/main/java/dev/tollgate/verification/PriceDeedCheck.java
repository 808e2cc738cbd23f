package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Compares each price that was set with the row of the audit log of its commit. A price without a row was forged; a row without its price shows that the
 * price is gone.
 */
final class PriceDeedCheck implements Check {

    private static final List<String> TARIFF = List.of(
            "input output cached_input audio_input cached_audio_input image_output search_per_1000 maps_per_1000 search_counts above tiers"
                    .split(" "));

    private final PriceCheck prices;
    private final Set<String> told = new HashSet<>();

    /** @param prices that have been read before */
    PriceDeedCheck(PriceCheck prices) {
        this.prices = prices;
    }

    @Override
    public String subject() {
        return "audit log of prices";
    }

    @Override
    public String sql(Dialect dialect) {
        return "SELECT sequence, subject, after_json FROM audit_log WHERE action = 'model.price' ORDER BY sequence";
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String name = "row " + row.getLong(1) + " of the audit log";
        JsonNode after = read(row.getString(3));
        if (after == null || !after.path("version").isString()) {
            findings.add(name + " does not say which price was set");
            return;
        }
        List<JsonNode> versions = new ArrayList<>(List.of(after));
        after.path("kept").forEach(versions::add);
        for (JsonNode version : versions) {
            compare(name, row.getString(2), version, findings);
        }
    }

    static @Nullable JsonNode read(@Nullable String json) {
        try {
            return json == null ? null : Terms.JSON.readTree(json);
        } catch (JacksonException e) {
            return null;
        }
    }

    private void compare(String row, String modelId, JsonNode said, Findings findings) {
        String version = said.path("version").asString("");
        PriceCheck.Price price = prices.of(version);
        told.add(version);
        if (price == null || !price.isSet()) {
            findings.add(row + " tells of price " + version + ", which is not there");
            return;
        }
        Terms terms = price.terms();
        if (terms == null) {
            return;
        }
        List<String> others = new ArrayList<>();
        for (String member : TARIFF) {
            other(others, member, isSame(said.path(member), terms.json().path(member)));
        }
        other(others, "model", price.modelId().equals(modelId));
        String reasoning = terms.reasoningBilled() ? "billed" : "free";
        other(others, "reasoning", said.path("reasoning").asString("").equals(reasoning));
        other(others, "rounding", said.path("rounding").asString("").equals(terms.rounding()));
        other(others, "from", millis(said.path("from")) == (price.fromAt() == null ? -1 : price.fromAt()));
        other(others, "time", millis(said.path("set_at")) == price.createdAt());
        if (!others.isEmpty()) {
            findings.add("price " + version + " differs from " + row + ": " + String.join(", ", others));
        }
    }

    static void other(List<String> others, String what, boolean isSame) {
        if (!isSame) {
            others.add(what);
        }
    }

    /** Returns -1 if there is no time. */
    static long millis(JsonNode time) {
        try {
            return time.isString() ? Instant.parse(time.stringValue()).toEpochMilli() : -1;
        } catch (DateTimeParseException e) {
            return Long.MIN_VALUE;
        }
    }

    /** Compares numbers by their value. */
    private static boolean isSame(JsonNode one, JsonNode other) {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue()) == 0;
        }
        if (one.isObject() && other.isObject() && one.size() == other.size()) {
            return one.properties().stream().allMatch(member -> isSame(member.getValue(), other.path(member.getKey())));
        }
        return one.equals(other);
    }

    @Override
    public void end(Findings findings) {
        for (Map.Entry<String, PriceCheck.Price> price : prices.versions().entrySet()) {
            if (price.getValue().isSet() && !told.contains(price.getKey())) {
                findings.add("price " + price.getKey() + " was set, and no row of the audit log says so");
            }
        }
    }
}
