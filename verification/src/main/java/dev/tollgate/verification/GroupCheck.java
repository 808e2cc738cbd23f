package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Checks the versions of price groups: sequences and numbers have no gap, factors are in their range. Finds the version that is in force at a time, and the
 * factor of a model.
 */
final class GroupCheck implements Check {

    static final String STANDARD = "standard";

    private static final BigDecimal ONE = BigDecimal.valueOf(1_000);
    private static final int MOST = 2_000;

    /**
     * @param createdAt when it was set, in milliseconds
     * @param fromAt the time from which it is in force, in milliseconds; null for at once
     * @param body null if it cannot be read
     */
    record Version(
            String name,
            long number,
            long createdAt,
            @Nullable Long fromAt,
            @Nullable JsonNode body) {

        long since() {
            return fromAt == null ? createdAt : fromAt;
        }

        /** Returns what a model's rates are multiplied with: by its id, by the longest beginning, or by the factor for all. */
        BigDecimal factor(String model) {
            JsonNode json = body == null ? Terms.JSON.nullNode() : body;
            JsonNode found = json.path("models").path(model);
            for (int length = model.length(); length > 0 && found.isMissingNode(); length--) {
                found = json.path("models").path(model.substring(0, length) + "*");
            }
            return (found.isMissingNode() ? json.path("factor") : found)
                    .decimalValue(BigDecimal.ZERO)
                    .divide(ONE);
        }
    }

    private final Map<String, List<Version>> groups = new HashMap<>();
    private final Set<String> closed = new HashSet<>();
    private long sequence;

    @Override
    public String subject() {
        return "price groups";
    }

    @Override
    public String sql(Dialect dialect) {
        return "SELECT sequence, name, number, created_at, from_at, body FROM price_group ORDER BY sequence";
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String name = row.getString(2);
        sequence++;
        if (row.getLong(1) != sequence) {
            findings.add("a version of price group " + name + " has sequence " + row.getLong(1) + ", it should have "
                    + sequence);
            sequence = row.getLong(1);
        }
        long from = row.getLong(5);
        Long fromAt = row.wasNull() ? null : Long.valueOf(from);
        long number = row.getLong(3);
        if (row.wasNull()) {
            if (!groups.containsKey(name) || !closed.add(name)) {
                findings.add("price group " + name + " is closed, and is closed already or not there");
            }
            return;
        }
        Version version = new Version(name, number, row.getLong(4), fromAt, read(row.getString(6)));
        List<Version> its = groups.computeIfAbsent(name, _ -> new ArrayList<>());
        if (number != its.size() + 1) {
            findings.add("price group " + name + " has a version " + number + ", it should be " + (its.size() + 1));
        }
        if (!isSound(version.body)) {
            findings.add("version " + number + " of price group " + name + " has factors that cannot be");
        }
        its.add(version);
    }

    private static @Nullable JsonNode read(@Nullable String body) {
        try {
            return body == null ? null : Terms.JSON.readTree(body);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static boolean isSound(@Nullable JsonNode body) {
        return body != null
                && isFactor(body.path("factor"))
                && body.path("models").isObject()
                && body.path("models").valueStream().allMatch(GroupCheck::isFactor);
    }

    private static boolean isFactor(JsonNode factor) {
        return factor.isIntegralNumber() && factor.longValue() >= 1 && factor.longValue() <= MOST;
    }

    /** Returns a version by its name in a price, as {@code gold.3}; null if there is none. */
    @Nullable
    Version of(String mark) {
        int dot = mark.lastIndexOf('.');
        return groups.getOrDefault(mark.substring(0, Math.max(0, dot)), List.of()).stream()
                .filter(version -> mark.equals(version.name + "." + version.number))
                .findFirst()
                .orElse(null);
    }

    /** Returns the version in force at a time: of those whose time has come the last one that was set; null before the first. */
    @Nullable
    Version at(String name, long millis) {
        Version found = null;
        for (Version version : groups.getOrDefault(name, List.of())) {
            found = version.since() <= millis ? version : found;
        }
        return found;
    }

    Map<String, List<Version>> groups() {
        return groups;
    }

    Set<String> closed() {
        return closed;
    }
}
