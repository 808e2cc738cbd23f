package dev.tollgate.books.verification;

import dev.tollgate.base.money.Credits;
import dev.tollgate.storage.Dialect;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Prices, which are few: prices set by operators, and prices of catalogues that a start has recorded. A call by one of them was charged
 * by its rates and its rounding, at its step and tier, in its time. It reads and computes them by itself, apart from the program that charges.
 */
final class PriceCheck implements Check {

    private static final String SQL = """
            SELECT version, input_micros, output_micros, reasoning_billed, tariff, created_at, model_id, rounding, step_micros,
                minimum_micros, from_at, sequence
            FROM price_version
            UNION ALL
            SELECT version, input_micros, output_micros, reasoning_billed, tariff, created_at, model_id, rounding, step_micros,
                minimum_micros, NULL, 0
            FROM price_rates""";

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** The largest difference between the clocks of two servers. */
    private static final long CLOCKS_APART_MILLIS = 60_000;

    /**
     * @param tariff null for a price that cannot be read
     * @param rounding the rule in words
     * @param createdAt when it was set, or recorded by a start, in milliseconds
     * @param fromAt the time from which it is in force, in milliseconds; null for at once
     * @param isSet whether an operator has set it; else it is of a catalogue
     */
    record Price(
            @Nullable JsonNode tariff,
            boolean reasoningBilled,
            String modelId,
            String rounding,
            long createdAt,
            @Nullable Long fromAt,
            boolean isSet) {

        long since() {
            return fromAt == null ? createdAt : fromAt;
        }
    }

    private final Map<String, Price> versions = new HashMap<>();

    /** The time at which a start first recorded prices. Earlier versions are unknown. */
    private long firstRecorded = Long.MAX_VALUE;

    @Override
    public String subject() {
        return "prices";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String version = row.getString(1);
        JsonNode tariff = tariff(row.getString(5), row.getLong(2), row.getLong(3));
        if (tariff == null) {
            findings.add("price " + version + " has rates that cannot be read, or others in its columns");
        }
        long from = row.getLong(11);
        Long fromAt = row.wasNull() ? null : Long.valueOf(from);
        boolean isSet = row.getLong(12) > 0;
        Price price = new Price(
                tariff,
                row.getInt(4) == 1,
                row.getString(7),
                rounding(row.getString(8), row.getLong(9), row.getLong(10)),
                row.getLong(6),
                fromAt,
                isSet);
        if (isSet && !version.equals(price.modelId + "@set-" + row.getLong(12))) {
            findings.add("price " + version + " is of model " + price.modelId + " and has number " + row.getLong(12));
        }
        if (!isSet) {
            firstRecorded = Math.min(firstRecorded, price.createdAt);
        }
        versions.put(version, price);
    }

    Map<String, Price> versions() {
        return versions;
    }

    private static String rounding(String form, long stepMicros, long minimumMicros) {
        String step = Credits.text(stepMicros);
        String minimum = Credits.text(minimumMicros);
        return form.equals("FLOOR_TOTAL")
                ? "floor to " + step + ", minimum " + minimum
                : "input and output each to the nearest " + step + ", a half up"
                        + (minimumMicros == 0 ? "" : ", minimum " + minimum);
    }

    /** Returns the rates of a row; null if its text and its columns differ. */
    private static @Nullable JsonNode tariff(@Nullable String text, long inputMicros, long outputMicros) {
        BigDecimal input = BigDecimal.valueOf(inputMicros, 6);
        BigDecimal output = BigDecimal.valueOf(outputMicros, 6);
        if (text == null) {
            return JSON.createObjectNode().put("input", input).put("output", output);
        }
        try {
            JsonNode tariff = JSON.readTree(text);
            return isSame(tariff.path("input"), input) && isSame(tariff.path("output"), output) ? tariff : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    private static boolean isSame(JsonNode rate, BigDecimal credits) {
        return rate.isNumber() && rate.decimalValue().compareTo(credits) == 0;
    }

    /** @param createdAt the time of the call, in milliseconds */
    void check(String name, ChargeDetail detail, long createdAt, Findings findings) {
        String version = detail.priceVersion();
        Price price = versions.get(version);
        if (price == null) {
            if (createdAt >= firstRecorded) {
                findings.add(name + " has a price that is not there: " + version);
            }
            return;
        }
        boolean isEarly = createdAt < price.since() - CLOCKS_APART_MILLIS;
        if (isEarly && (price.isSet || price.createdAt > firstRecorded)) {
            findings.add(name + " is of " + Instant.ofEpochMilli(createdAt) + ", its price " + version + " of "
                    + Instant.ofEpochMilli(price.since()));
        }
        if (price.tariff == null || (!price.isSet && createdAt < price.createdAt)) {
            return;
        }
        if (detail.reasoningBilled() != price.reasoningBilled || !isOf(price.tariff, detail)) {
            findings.add(name + " has other rates than its price " + version);
        }
        if (!detail.rounding().equals(price.rounding)) {
            findings.add(name + " is rounded to \"" + detail.rounding() + "\", its price " + version + " to \""
                    + price.rounding + "\"");
        }
    }

    private static boolean isOf(JsonNode tariff, ChargeDetail detail) {
        JsonNode above = tariff.path("above");
        boolean isAbove = detail.step() > 0;
        if (isAbove
                && (above.path("prompt_tokens").longValue(0) != detail.step()
                        || detail.tokens().prompt() <= detail.step())) {
            return false;
        }
        JsonNode rates = isAbove ? above : tariff;
        BigDecimal factor = tariff.path("tiers").path(detail.tier()).decimalValue(BigDecimal.ONE);
        ChargeDetail.Rates shown = detail.rates();
        return isWorth(shown.input(), rate(rates, "input", factor))
                && isWorth(shown.output(), rate(rates, "output", factor))
                && shown.parts().entrySet().stream()
                        .allMatch(part -> isWorth(part.getValue(), rate(rates, nameOf(part.getKey(), rates), factor)))
                && isOfSearch(tariff, search(rates), detail);
    }

    private static String nameOf(PromptPart part, JsonNode rates) {
        return rates.has(part.rate()) ? part.rate() : part.otherwise();
    }

    /** Returns the rate at a tier, rounded up to a micro-credit; a rate that is not written is the input's. */
    private static BigDecimal rate(JsonNode rates, String name, BigDecimal factor) {
        JsonNode rate = rates.has(name) ? rates.get(name) : rates.path("input");
        return rate.decimalValue(BigDecimal.ZERO).multiply(factor).setScale(6, RoundingMode.CEILING);
    }

    private static BigDecimal search(JsonNode rates) {
        return rates.path("search_per_1000").decimalValue(BigDecimal.ZERO);
    }

    /** Searches cost the same at each tier. */
    private static boolean isOfSearch(JsonNode tariff, BigDecimal rate, ChargeDetail detail) {
        if (detail.tokens().searches() == 0 || rate.signum() == 0) {
            return isNoneOrWorth(detail.rates().search(), rate);
        }
        boolean isByCall = tariff.path("search_counts").asString("queries").equals("calls");
        BigDecimal shown = detail.rates().search();
        return shown != null && isWorth(shown, rate) && detail.rates().isByCall() == isByCall;
    }

    private static boolean isNoneOrWorth(@Nullable BigDecimal shown, BigDecimal rate) {
        return shown == null || isWorth(shown, rate);
    }

    private static boolean isWorth(BigDecimal shown, BigDecimal rate) {
        return shown.compareTo(rate) == 0;
    }
}
