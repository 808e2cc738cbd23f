package dev.tollgate.books.auditlog;

import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.sql.Sql;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The differences that the newest check with any has found in the books, until an operator marks them as seen: a later check may find nothing although
 * nothing was mended.
 *
 * @param at when that check ended
 * @param subject what was checked: a copy, or the books
 */
public record UnseenDifferences(Instant at, long count, String subject) {

    private static final String NAME = "books.unseen";
    private static final int PARTS = 3;

    public UnseenDifferences {
        at = Instant.ofEpochMilli(at.toEpochMilli());
    }

    /** Returns them; null if there are none. */
    public static @Nullable UnseenDifferences find(Sql sql) throws SQLException {
        String value = InstallationValue.find(sql, NAME);
        return value == null ? null : read(value);
    }

    private static UnseenDifferences read(String value) {
        String[] parts = value.split(" ", PARTS);
        return new UnseenDifferences(
                Instant.ofEpochMilli(Long.parseLong(parts[0])), Long.parseLong(parts[1]), parts[2]);
    }

    private String value() {
        return at.toEpochMilli() + " " + count + " " + subject;
    }

    /** Makes the change that records them. */
    public InstallationValue row() {
        return InstallationValue.replacing(NAME, value());
    }

    /** Makes the change after which they are seen. Its outcome is empty if another check has found some since, or an operator has seen them. */
    public InstallationValue seen() {
        return InstallationValue.removing(NAME, value());
    }
}
