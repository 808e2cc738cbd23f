package dev.tollgate.customers.figures;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Usage by the values of a tag, or by end users, over whole days (UTC). The group without a value has what the values leave of all usage, so the groups add up
 * to the totals and to the ledger. Within one read transaction.
 */
final class LabelRows {

    private static final long DAY_MILLIS = 86_400_000;

    private static final String SUMS = "SELECT %s, %s, l.value, "
            + UsageColumn.columns(UsageColumn.OF_LABELS).stream()
                    .map(column -> "CAST(SUM(u." + column + ") AS BIGINT)")
                    .collect(Collectors.joining(", "))
            + """
             FROM usage_label u JOIN label l ON l.account_id = u.account_id AND l.number = u.number
            WHERE u.account_id = ? AND l.name = ? AND u.day >= ? AND u.day < ? AND (? = '' OR u.model = ?) AND l.value <> ''
            GROUP BY 1, 2, 3 LIMIT ?""";
    private static final int FIRST_SUM = 4;

    private static final String IS_KNOWN =
            "SELECT 1 FROM label WHERE account_id = ? AND name = ? AND value <> '' LIMIT 1";

    private static final Comparator<UsageGroup> ORDER = Comparator.comparing(
                    UsageGroup::day, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(UsageGroup::model, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(group -> isRest(group))
            .thenComparing(group -> Objects.requireNonNull(group.label()));

    private LabelRows() {}

    /** Returns whether a call had a tag of that name, which may be declared no longer. */
    static boolean knows(Reads sql, String accountId, String name) throws SQLException {
        return sql.has(IS_KNOWN, accountId, name);
    }

    /**
     * Returns the groups in the order of day, model and value; the group without a value is the last of its day and model.
     *
     * @param all reads usage without labels
     * @throws dev.tollgate.base.error.ApiException a 400 if there are too many
     */
    static List<UsageGroup> groups(Reads sql, String accountId, UsageRows all, UsageQuestion question)
            throws SQLException {
        List<UsageGroup> groups = new ArrayList<>(values(sql, accountId, question));
        Map<UsageGroup, Figures> rest = new HashMap<>();
        wholes(all, question).forEach(group -> rest.put(whole(group), group.figures()));
        groups.forEach(group -> rest.computeIfPresent(whole(group), (_, left) -> left.minus(group.figures())));
        rest.forEach((whole, figures) -> {
            if (figures.calls() != 0 || figures.chargedMicros() != 0 || figures.refundedMicros() != 0) {
                groups.add(new UsageGroup(whole.day(), whole.model(), null, null, null, "", figures));
            }
        });
        if (groups.size() > UsageQuestion.LABELS_MAX) {
            throw ApiError.invalid(
                            "group_by",
                            "The range has more than " + UsageQuestion.LABELS_MAX
                                    + " groups. Ask for fewer days, or group by fewer fields.")
                    .asException();
        }
        UsageGroup after = question.after();
        return groups.stream()
                .sorted(ORDER)
                .filter(group -> after == null || ORDER.compare(group, after) > 0)
                .limit(question.limit())
                .toList();
    }

    private static boolean isRest(UsageGroup group) {
        return Objects.requireNonNull(group.label()).isEmpty();
    }

    /** Returns the day and the model that groups of all values have in common. */
    private static UsageGroup whole(UsageGroup group) {
        return new UsageGroup(group.day(), group.model(), null, null, null, null, Figures.NONE);
    }

    private static List<UsageGroup> wholes(UsageRows all, UsageQuestion question) throws SQLException {
        Set<By> by = EnumSet.copyOf(question.by());
        by.remove(By.LABEL);
        List<UsageGroup> wholes = new ArrayList<>();
        List<UsageGroup> page;
        do {
            page = all.groups(new UsageQuestion(
                    question.span(),
                    by,
                    question.model(),
                    KeyFilter.ALL,
                    wholes.isEmpty() ? null : wholes.getLast(),
                    UsageQuestion.LIMIT_MAX));
            wholes.addAll(page);
        } while (page.size() == UsageQuestion.LIMIT_MAX);
        return wholes;
    }

    private static List<UsageGroup> values(Reads sql, String accountId, UsageQuestion question) throws SQLException {
        Set<By> by = question.by();
        String model = Objects.requireNonNullElse(question.model(), "");
        return sql.list(
                SUMS.formatted(by.contains(By.DAY) ? "u.day" : "0", by.contains(By.MODEL) ? "u.model" : "''"),
                row -> group(row, by),
                accountId,
                question.label(),
                question.span().from(),
                question.span().to(),
                model,
                model,
                UsageQuestion.LABELS_MAX + 1);
    }

    private static UsageGroup group(ResultSet row, Set<By> by) throws SQLException {
        return new UsageGroup(
                by.contains(By.DAY) ? LocalDate.ofEpochDay(row.getLong(1) / DAY_MILLIS) : null,
                by.contains(By.MODEL) ? row.getString(2) : null,
                null,
                null,
                null,
                row.getString(3),
                Figures.read(row, FIRST_SUM, UsageColumn.OF_LABELS));
    }
}
