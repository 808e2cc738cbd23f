package dev.tollgate.verification;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks the versions of price groups. Finds the version that is in force at a time, and the factor of a model. */
final class GroupCheck extends VersionCheck<GroupCheck.Version> {

    static final String STANDARD = "standard";

    private static final BigDecimal ONE = BigDecimal.valueOf(1_000);
    private static final int MOST = 2_000;

    /** @param fromAt the time from which it is in force, in milliseconds; null for at once */
    record Version(
            String name,
            long number,
            long createdAt,
            @Nullable Long fromAt,
            @Nullable JsonNode body) implements VersionCheck.Version {

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

    private final Set<String> closed = new TreeSet<>();

    GroupCheck() {
        super(
                "price group",
                "group",
                "SELECT sequence, name, number, created_at, from_at, body FROM price_group ORDER BY sequence",
                "factor models");
    }

    @Override
    Version version(String name, long number, long createdAt, @Nullable Long time, @Nullable JsonNode body) {
        return new Version(name, number, createdAt, time, body);
    }

    @Override
    boolean isSound(JsonNode body) {
        return isFactor(body.path("factor"))
                && body.path("models").isObject()
                && body.path("models").valueStream().allMatch(GroupCheck::isFactor);
    }

    private static boolean isFactor(JsonNode factor) {
        return factor.isIntegralNumber() && factor.longValue() >= 1 && factor.longValue() <= MOST;
    }

    @Override
    void compare(Version version, JsonNode after, List<String> others) {
        PriceDeedCheck.other(
                others,
                "from",
                PriceDeedCheck.millis(after.path("from")) == Objects.requireNonNullElse(version.fromAt(), -1L));
    }

    @Override
    void ended(String name, Findings findings) {
        if (!has(name) || !closed.add(name)) {
            findings.add("price group " + name + " is closed, and is closed already or not there");
        }
    }

    @Override
    Set<String> closed() {
        return closed;
    }

    @Override
    List<String> closed(String name, JsonNode after) {
        return List.of(name);
    }

    /** Returns the version in force at a time: of those whose time has come the last one that was set; null before the first. */
    @Nullable
    Version at(String name, long millis) {
        Version found = null;
        for (Version version : ofName(name)) {
            found = version.since() <= millis ? version : found;
        }
        return found;
    }
}
