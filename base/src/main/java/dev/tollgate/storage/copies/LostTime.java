package dev.tollgate.storage.copies;

import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The time of which a restore has undone everything (C32), a row of {@code installation} for each restore: {@code restored #2} is the first.
 *
 * @param number from 2, the mark of the series of papers that begins with it
 * @param from the newest call, entry or row of a log that the restored books have
 * @param to the restore
 */
public record LostTime(int number, Instant from, Instant to) {

    /** The beginning of the names of these rows. Verification reads the mark of a series from there. */
    public static final String NAME = "restored";

    private static final String ALL = "SELECT name, value FROM installation WHERE name LIKE '" + NAME + " #%'";

    /** The clocks of others may differ, and a call of a payment service takes its time. */
    private static final Duration BORDER = Duration.ofHours(1);

    /** Returns the times of all restores, in their order. */
    public static List<LostTime> all(Sql sql) throws SQLException {
        return sql.list(ALL, row -> read(row.getString(1), row.getString(2))).stream()
                .sorted((one, other) -> Integer.compare(one.number(), other.number()))
                .toList();
    }

    private static LostTime read(String name, String value) {
        String[] times = value.split("/");
        return new LostTime(
                Integer.parseInt(name.substring(NAME.length() + 2)), Instant.parse(times[0]), Instant.parse(times[1]));
    }

    /** Makes the change that records it. */
    public InstallationValue row() {
        return new InstallationValue(NAME + " #" + number, from + "/" + to);
    }

    /** Returns whether something may have begun in this time, with an hour more at both ends. */
    public boolean mayHold(Instant at) {
        return !at.isBefore(from.minus(BORDER)) && !at.isAfter(to.plus(BORDER));
    }

    /** Returns the end of the name of a series of papers: empty before the first restore. @param times of all restores */
    public static String mark(List<LostTime> times) {
        return times.isEmpty() ? "" : " #" + times.getLast().number();
    }
}
