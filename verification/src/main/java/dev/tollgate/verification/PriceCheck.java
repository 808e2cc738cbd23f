package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks the prices, which are few: prices of catalogues that a start has recorded, prices that operators have set, and the list prices of upstreams. The
 * numbers of each kind have no gap, a version that was set is named by its number, a list price by the hash of its terms.
 */
final class PriceCheck implements Check {

    private static final String SQL =
            "SELECT kind, number, version, model_id, created_at, from_at, terms FROM price ORDER BY kind, number";

    private static final int HASH_DIGITS = 12;

    /** Stands between the standard price and the version of a group. */
    private static final char MARK = '*';

    /**
     * @param createdAt when it was set, or recorded by a start, in milliseconds
     * @param fromAt the time from which it is in force, in milliseconds; null for at once
     * @param terms null for a price that cannot be read
     */
    record Price(
            String kind,
            long number,
            String modelId,
            long createdAt,
            @Nullable Long fromAt,
            @Nullable Terms terms) {

        long since() {
            return fromAt == null ? createdAt : fromAt;
        }

        boolean isCost() {
            return kind.equals("cost");
        }

        boolean isSet() {
            return kind.equals("set");
        }

        boolean isOfGroup() {
            return kind.equals("group");
        }
    }

    private final GroupCheck groups;
    private final Map<String, Price> versions = new HashMap<>();
    private String kind = "";
    private long number;

    /** @param groups that have been read before */
    PriceCheck(GroupCheck groups) {
        this.groups = groups;
    }

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
        String version = row.getString(3);
        long from = row.getLong(6);
        Long fromAt = row.wasNull() ? null : Long.valueOf(from);
        String text = row.getString(7);
        boolean isCost = row.getString(1).equals("cost");
        Price price = new Price(
                row.getString(1), row.getLong(2), row.getString(4), row.getLong(5), fromAt, Terms.read(text, !isCost));
        number = price.kind.equals(kind) ? number + 1 : 1;
        kind = price.kind;
        if (row.getLong(2) != number) {
            findings.add("price " + version + " of kind " + kind + " has number " + row.getLong(2) + ", it should have "
                    + number);
            number = row.getLong(2);
        }
        if (price.terms == null) {
            findings.add("price " + version + " has terms that cannot be read");
        }
        boolean isNamed =
                switch (kind) {
                    case "set" -> version.equals(price.modelId + "@set-" + row.getLong(2));
                    case "cost" ->
                        version.equals("cost-" + Sha256.hex(text).substring(0, HASH_DIGITS)) && price.modelId.isEmpty();
                    case "group" -> version.indexOf(MARK) > 0;
                    default -> kind.equals("file");
                };
        if (!isNamed) {
            findings.add("price " + version + " of kind " + kind + " with number " + row.getLong(2) + " and model '"
                    + price.modelId + "' is not named by its number or its terms");
        }
        if (fromAt != null && !price.isSet()) {
            findings.add("price " + version + " of kind " + kind
                    + " has a time from which it holds, as only a set price has");
        }
        versions.put(version, price);
    }

    /** Compares each price of a group with its standard price times the group's factor. */
    @Override
    public void end(Findings findings) {
        versions.forEach((name, price) -> {
            String mark = mark(name);
            if (price.isOfGroup() && mark != null) {
                String fault = fault(price, base(name), groups.of(mark));
                if (fault != null) {
                    findings.add("price " + name + " " + fault);
                }
            }
        });
    }

    private static @Nullable String fault(Price price, @Nullable Price base, GroupCheck.@Nullable Version group) {
        if (base == null || base.isCost() || base.isOfGroup() || !base.modelId.equals(price.modelId)) {
            return "has no standard price of its model";
        }
        if (group == null) {
            return "is of a version of a price group that is not there";
        }
        Terms terms = price.terms;
        return terms == null || base.terms == null || terms.isTimes(base.terms, group.factor(price.modelId))
                ? null
                : "is not its standard price times "
                        + group.factor(price.modelId).toPlainString();
    }

    /** Returns the version of a group in a price's name; null in a standard price. */
    static @Nullable String mark(String version) {
        int mark = version.indexOf(MARK);
        return mark < 0 ? null : version.substring(mark + 1);
    }

    /** Returns the standard price of a price. */
    @Nullable
    Price base(String version) {
        int mark = version.indexOf(MARK);
        return versions.get(mark < 0 ? version : version.substring(0, mark));
    }

    /** Returns whether another price of a standard price's model was set before a time and counts instead. */
    boolean isReplaced(Price base, long millis) {
        return versions.values().stream()
                .anyMatch(other -> other.isSet()
                        && other.modelId.equals(base.modelId)
                        && other.since() < millis
                        && (!base.isSet() || other.number > base.number));
    }

    Map<String, Price> versions() {
        return versions;
    }

    @Nullable
    Price of(String version) {
        return versions.get(version);
    }
}
