package dev.tollgate.books.labels;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.CallLabels.Label;
import dev.tollgate.books.calls.NumberedLabels;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of labels, which are given under the lock of the account's row. Keeps those that it has found: on a server among several for a minute,
 * since another one may erase a value. Writer's thread only.
 */
public final class LabelNumbers extends WritePart<LabelNumbers.LabelChange> implements NumberedLabels {

    /** The value that counts the values beyond the limits. */
    public static final String OTHER = "other";

    /** The most new values of a name in a day (UTC). */
    private static final int NEW_A_DAY = 1_000;

    /** The most values of a name. */
    private static final int VALUES_MAX = 10_000;

    private static final int KEPT_MAX = 50_000;

    /** Texts are longer than values, and a caller can join values in many ways. */
    private static final int TOGETHER_MAX = 10_000;

    private static final Duration KEPT_AMONG_SERVERS = Duration.ofMinutes(1);
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    private static final String FIND =
            "SELECT number, used_day FROM label WHERE account_id = ? AND name = ? AND value = ? AND value <> ''";
    private static final String ALL = "SELECT COUNT(*) FROM label WHERE account_id = ? AND name = ? AND value <> ''";
    private static final String NEW = ALL + " AND created_day = ?";
    private static final String INSERT = """
            INSERT INTO label (account_id, number, name, value, proof, created_day, used_day)
            SELECT ?, 1 + COALESCE(MAX(number), 0), ?, ?, ?, ?, ? FROM label WHERE account_id = ?""";
    private static final String USED =
            "UPDATE label SET used_day = ? WHERE account_id = ? AND number = ? AND used_day < ?";

    private static final String END = """
            DELETE FROM label WHERE account_id = ? AND number IN (
                SELECT number FROM label WHERE account_id = ? AND used_day < ?
                    AND number < (SELECT MAX(number) FROM label WHERE account_id = ?) LIMIT ?)""";
    private static final String END_LAST =
            "UPDATE label SET value = '', proof = 0 WHERE account_id = ? AND used_day < ? AND value <> ''";

    private static final String ERASE =
            "UPDATE label SET value = '', proof = 0 WHERE account_id = ? AND name = '' AND value IN (?, ?) AND value <> ''";

    private record Known(String accountId, Label label) {}

    /** @param usedDay the last day on which it was used, as written @param until when it is read again, in nanoseconds */
    private record Number(long number, long usedDay, long until) {}

    private record Full(String accountId, String name, long day) {}

    private record Written(String accountId, String labels) {}

    /** The numbers of labels that were written together. @param day on which they were used @param until when they are read again, in nanoseconds */
    private record Together(List<Long> numbers, long day, long until) {}

    private final Map<Known, Number> known = new HashMap<>();
    private final Map<Written, Together> together = new HashMap<>();

    /** The numbers that a batch has given to its tasks, until its roll-ups ask for them, too. */
    private final Map<String, List<Long>> given = new HashMap<>();

    private final Set<Full> full = new HashSet<>();
    private final LongAdder tagsOver = new LongAdder();
    private final LongAdder endUsersOver = new LongAdder();

    public LabelNumbers() {
        super(LabelChange.class);
    }

    /** Returns how often a label counted as {@link #OTHER} since the start. Thread-safe. */
    public long overflows(boolean ofEndUsers) {
        return (ofEndUsers ? endUsersOver : tagsOver).sum();
    }

    @Override
    public List<Long> of(Statements statements, OpenHold hold, long atMillis) throws SQLException {
        if (hold.labels().isEmpty()) {
            return List.of();
        }
        List<Long> ofTask = given.remove(hold.id());
        if (ofTask != null) {
            return ofTask;
        }
        List<Long> numbers = numbers(statements, hold, atMillis - Math.floorMod(atMillis, DAY_MILLIS));
        if (given.size() >= KEPT_MAX) {
            given.clear();
        }
        given.put(hold.id(), numbers);
        return numbers;
    }

    /** Returns the numbers of labels by their text where the same text was used on that day: programs name the same labels again and again. */
    private List<Long> numbers(Statements statements, OpenHold hold, long day) throws SQLException {
        Written written = new Written(hold.accountId(), hold.labels());
        Together kept = together.get(written);
        if (kept != null && kept.day() == day && kept.until() - System.nanoTime() > 0) {
            return kept.numbers();
        }
        long until = Long.MAX_VALUE;
        List<Long> numbers = new ArrayList<>();
        for (Label label : CallLabels.of(hold.labels()).all()) {
            numbers.add(number(statements, hold.accountId(), label, day));
            Number found = known.get(new Known(hold.accountId(), label));
            until = found == null ? Long.MIN_VALUE : Math.min(until, found.until());
        }
        List<Long> sorted = numbers.stream().sorted().distinct().toList();
        if (until > System.nanoTime()) {
            if (together.size() >= TOGETHER_MAX) {
                together.clear();
            }
            together.put(written, new Together(sorted, day, until));
        }
        return sorted;
    }

    private long number(Statements statements, String accountId, Label label, long day) throws SQLException {
        Number found = find(statements, new Known(accountId, label));
        if (found == null && !label.value().equals(OTHER) && isFull(statements, accountId, label.name(), day)) {
            (label.name().equals(CallLabels.END_USER) ? endUsersOver : tagsOver).increment();
            return number(statements, accountId, new Label(label.name(), OTHER), day);
        }
        if (found == null) {
            statements.run(INSERT, accountId, label.name(), label.value(), label.proof(accountId), day, day, accountId);
            return keepFound(statements, new Known(accountId, label)).number();
        }
        if (found.usedDay() < day) {
            statements.run(USED, day, accountId, found.number(), day);
            known.put(new Known(accountId, label), new Number(found.number(), day, found.until()));
        }
        return found.number();
    }

    /** Notes that labels are used by a refund. The account's row is locked. */
    public static void used(Statements statements, String accountId, List<Long> numbers, long atMillis)
            throws SQLException {
        long day = atMillis - Math.floorMod(atMillis, DAY_MILLIS);
        for (long number : numbers) {
            statements.run(USED, day, accountId, number, day);
        }
    }

    private @Nullable Number find(Statements statements, Known label) throws SQLException {
        Number kept = known.get(label);
        return kept != null && kept.until() - System.nanoTime() > 0 ? kept : keep(statements, label);
    }

    private Number keepFound(Statements statements, Known label) throws SQLException {
        Number found = keep(statements, label);
        if (found == null) {
            throw new IllegalStateException("a label that was just written is missing");
        }
        return found;
    }

    private @Nullable Number keep(Statements statements, Known label) throws SQLException {
        boolean isAlone = statements.dialect() == Dialect.SQLITE;
        long until = System.nanoTime() + (isAlone ? Long.MAX_VALUE / 2 : KEPT_AMONG_SERVERS.toNanos());
        Number found = statements.one(
                FIND,
                row -> new Number(row.getLong(1), row.getLong(2), until),
                label.accountId(),
                label.label().name(),
                label.label().value());
        if (known.size() >= KEPT_MAX) {
            known.clear();
        }
        if (found == null) {
            known.remove(label);
        } else {
            known.put(label, found);
        }
        return found;
    }

    /** Returns whether a name gets no further value on that day. */
    private boolean isFull(Statements statements, String accountId, String name, long day) throws SQLException {
        Full present = new Full(accountId, name, day);
        if (full.contains(present)) {
            return true;
        }
        boolean isFull = statements.number(NEW, accountId, name, day) >= NEW_A_DAY
                || statements.number(ALL, accountId, name) >= VALUES_MAX;
        if (isFull) {
            full.removeIf(other -> other.day() < day);
            full.add(present);
        }
        return isFull;
    }

    @Override
    public void write(Statements statements, List<LabelChange> changes) throws SQLException {
        super.write(statements, changes);
        if (!changes.isEmpty()) {
            forget();
        }
    }

    @Override
    public void undone() {
        forget();
        given.clear();
        full.clear();
    }

    private void forget() {
        known.clear();
        together.clear();
    }

    /**
     * Deletes some of an account's labels that were not used since a time, in a {@link LabelChange}. The last number stays without its value, so that no number
     * is given again.
     *
     * @return whether there may be more
     */
    public static boolean end(Statements statements, String accountId, Instant before, int most) throws SQLException {
        boolean isMore = statements.run(END, accountId, accountId, before, accountId, most) == most;
        if (!isMore) {
            statements.run(END_LAST, accountId, before);
        }
        return isMore;
    }

    /** A change of the dictionary by hand or for its age. */
    public static final class LabelChange extends Write<Boolean> {

        private final Step step;

        public LabelChange(Step step) {
            this.step = step;
        }

        /** Runs on the writer's thread. */
        @FunctionalInterface
        public interface Step {
            boolean run(Statements statements) throws SQLException;
        }

        @Override
        protected Boolean run(Statements statements) throws SQLException {
            return step.run(statements);
        }
    }

    /**
     * Empties the value of an end user, whose sums stay; the next call with it gets another number. In a unit that has taken the account's row. The outcome is
     * whether there was one.
     *
     * @param named as it is given
     * @param counted the form in which calls with that name are counted
     */
    public static LabelChange eraseEndUser(String accountId, String named, String counted) {
        return new LabelChange(statements -> statements.run(ERASE, accountId, named, counted) > 0);
    }
}
