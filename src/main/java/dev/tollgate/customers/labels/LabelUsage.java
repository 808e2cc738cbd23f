package dev.tollgate.customers.labels;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.books.rollups.UsageColumn;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.storage.Database;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Usage by the values of a tag, or by end users, over whole days (UTC). The group without a value has what the values leave of all usage, so the groups add up
 * to the totals and to the ledger. Thread-safe; blocks.
 */
public final class LabelUsage {

    /** The most groups of an answer, before they are paged. */
    public static final int GROUPS_MAX = 50_000;

    private static final String SUMS = "SELECT %s, %s, l.value, "
            + String.join(
                    ", ",
                    UsageColumn.columns(UsageColumn.OF_LABELS).stream()
                            .map(column -> "CAST(SUM(u." + column + ") AS BIGINT)")
                            .toList())
            + """
             FROM usage_label u JOIN label l ON l.account_id = u.account_id AND l.number = u.number
            WHERE u.account_id = ? AND l.name = ? AND u.day >= ? AND u.day < ? AND (? = '' OR u.model = ?) AND l.value <> ''
            GROUP BY 1, 2, 3 LIMIT ?""";
    private static final int FIRST_SUM = 4;

    private static final String IS_KNOWN =
            "SELECT 1 FROM label WHERE account_id = ? AND name = ? AND value <> '' LIMIT 1";

    private static final Comparator<Group> ORDER = Comparator.comparing(
                    Group::day, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Group::model, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Group::value, Comparator.nullsLast(Comparator.naturalOrder()));

    private final Database database;
    private final AccountHistory history;

    public LabelUsage(Database database, AccountHistory history) {
        this.database = database;
        this.history = history;
    }

    /**
     * A question.
     *
     * @param name of the tag; {@link CallLabels#END_USER} for end users
     * @param from the first day
     * @param to the day after the last
     * @param by day, model, both or neither
     * @param model as it was asked for; null: all
     */
    public record Question(
            String name,
            LocalDate from,
            LocalDate to,
            Set<By> by,
            @Nullable String model) {}

    /** Figures of a value. @param day null if not grouped by @param model null if not grouped by @param value null for all calls without one */
    public record Group(
            @Nullable LocalDate day,
            @Nullable String model,
            @Nullable String value,
            Figures figures) {}

    /** The answer. @param groups of all values, in their order; null if there are too many */
    public record Table(Span span, Figures all, @Nullable List<Group> groups) {}

    /** The day and the model that groups of all values have in common. */
    private record Whole(@Nullable LocalDate day, @Nullable String model) {}

    /** Returns whether a call had a tag of that name, which may be declared no longer. */
    public boolean knows(String accountId, String name) {
        return !database.pages()
                .read(accountId, sql -> sql.list(IS_KNOWN, row -> row.getInt(1), accountId, name))
                .isEmpty();
    }

    public Table read(String accountId, Question question) {
        // The values first: what is written in between is then in the group without one.
        List<Group> groups = new ArrayList<>(values(accountId, question));
        Span span = Span.ofDays(question.from(), question.to());
        Map<Whole, Figures> rest = new HashMap<>();
        Figures all = Figures.NONE;
        UsageGroup after = null;
        do {
            UsageQuestion wholes = new UsageQuestion(
                    span, question.by(), question.model(), KeyFilter.ALL, after, UsageQuestion.LIMIT_MAX);
            var table = history.usage(accountId, wholes);
            for (UsageGroup group : table.groups()) {
                rest.put(new Whole(group.day(), group.model()), group.figures());
            }
            all = table.all();
            after = table.isMore() ? table.groups().getLast() : null;
        } while (after != null);
        for (Group group : groups) {
            rest.computeIfPresent(new Whole(group.day(), group.model()), (_, left) -> left.minus(group.figures()));
        }
        rest.forEach((whole, figures) -> groups.add(new Group(whole.day(), whole.model(), null, figures)));
        groups.removeIf(group -> group.value() == null && isNothing(group.figures()));
        groups.sort(ORDER);
        return new Table(span, all, groups.size() > GROUPS_MAX ? null : List.copyOf(groups));
    }

    private static boolean isNothing(Figures figures) {
        return figures.calls() == 0 && figures.chargedMicros() == 0 && figures.refundedMicros() == 0;
    }

    private List<Group> values(String accountId, Question question) {
        boolean byDay = question.by().contains(By.DAY);
        boolean byModel = question.by().contains(By.MODEL);
        String model = question.model() == null ? "" : question.model();
        String text = SUMS.formatted(byDay ? "u.day" : "0", byModel ? "u.model" : "''");
        return database.pages()
                .read(
                        accountId,
                        sql -> sql.list(
                                text,
                                row -> new Group(
                                        byDay
                                                ? Instant.ofEpochMilli(row.getLong(1))
                                                        .atZone(ZoneOffset.UTC)
                                                        .toLocalDate()
                                                : null,
                                        byModel ? row.getString(2) : null,
                                        row.getString(3),
                                        Figures.read(row, FIRST_SUM, UsageColumn.OF_LABELS)),
                                accountId,
                                question.name(),
                                millis(question.from()),
                                millis(question.to()),
                                model,
                                model,
                                GROUPS_MAX + 1));
    }

    private static long millis(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }
}
