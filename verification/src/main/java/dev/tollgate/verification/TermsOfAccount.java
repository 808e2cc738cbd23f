package dev.tollgate.verification;

import dev.tollgate.verification.GroupCheck.Version;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The price groups of one account over time, and whether a call had the price of the group that counted when it arrived. */
final class TermsOfAccount {

    /** The rows of an account, before its calls: the time, both groups with a space between them, and the end of the plan's group. */
    static final String SQL = """
            SELECT account_id, sequence - 9223372036854775807, 0, at, 0, 0, 0, COALESCE(own_group, '') || ' ' || COALESCE(plan_group, ''), plan_until""";

    private final String accountId;
    private final List<Row> rows = new ArrayList<>();

    /** @param until the time before which the plan's group counts; null with no such group */
    private record Row(
            long at, String own, String plan, @Nullable Long until) {

        String group(long when) {
            if (!own.isEmpty()) {
                return own;
            }
            return !plan.isEmpty() && until != null && when < until ? plan : GroupCheck.STANDARD;
        }
    }

    TermsOfAccount(String accountId) {
        this.accountId = accountId;
    }

    /** @param of the first column that not all rows have in common */
    void add(ResultSet row, int of, GroupCheck groups, Findings findings) throws SQLException {
        String[] names = row.getString(8).split(" ", -1);
        long until = row.getLong(of);
        Row next = new Row(row.getLong(4), names[0], names[1], row.wasNull() ? null : until);
        if (!rows.isEmpty() && next.at < rows.getLast().at) {
            findings.add("account " + accountId + " has terms that are older than those before");
        }
        for (String name : names) {
            if (!name.isEmpty() && !groups.has(name)) {
                findings.add("account " + accountId + " is in price group " + name + ", which is not there");
            }
        }
        rows.add(next);
    }

    /**
     * Returns whether a call could have a price.
     *
     * @param pricedAt when it arrived, in milliseconds
     * @param mark the group's version in the name of its price; null for a standard price
     */
    boolean allow(long pricedAt, @Nullable String mark, String model, GroupCheck groups) {
        long first = pricedAt - Check.APART_MILLIS;
        long last = pricedAt + Check.APART_MILLIS;
        List<Long> turns = new ArrayList<>(List.of(first, last));
        for (Row row : rows) {
            turns.add(row.at);
            turns.add(Objects.requireNonNullElse(row.until, last));
        }
        return turns.stream()
                .filter(at -> at >= first && at <= last)
                .map(this::group)
                .distinct()
                .anyMatch(name -> allows(name, first, last, mark, model, groups));
    }

    private String group(long when) {
        String group = GroupCheck.STANDARD;
        for (Row row : rows) {
            group = row.at <= when ? row.group(when) : group;
        }
        return group;
    }

    private static boolean allows(
            String name, long first, long last, @Nullable String mark, String model, GroupCheck groups) {
        List<Long> turns = new ArrayList<>(List.of(first, last));
        groups.ofName(name).forEach(version -> turns.add(version.since()));
        return turns.stream().filter(at -> at >= first && at <= last).anyMatch(at -> {
            Version version = groups.at(name, at);
            boolean isStandard = version == null || version.factor(model).compareTo(BigDecimal.ONE) == 0;
            return isStandard ? mark == null : mark != null && version != null && mark.equals(version.mark());
        });
    }
}
