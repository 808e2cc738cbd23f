package dev.tollgate.deeds;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators have done, for good, and the part that writes it. Reads block; thread-safe. */
public final class AuditLog {

    /** The most that one page holds. */
    public static final int PAGE_MAX = 1_000;

    private static final String COLUMNS = """
            SELECT sequence, created_at, actor, address, action, subject, before_json, after_json, reason FROM audit_log
            WHERE sequence < ?""";
    private static final String NEWEST = " ORDER BY sequence DESC LIMIT ?";

    private final Database database;

    public AuditLog(Database database) {
        this.database = database;
    }

    /**
     * One deed.
     *
     * @param sequence from 1, without gaps, in the order of the commits
     * @param beforeJson null where there was nothing before
     */
    public record Line(
            long sequence,
            Instant at,
            Actor actor,
            String action,
            String subject,
            @Nullable String beforeJson,
            @Nullable String afterJson,
            @Nullable String reason) {}

    /**
     * The newest first.
     *
     * @param subject what was done to; null for all
     * @param before the last sequence of the page before; {@link Long#MAX_VALUE} for the newest
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public List<Line> page(@Nullable String subject, long before, int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " lines, not " + limit);
        }
        String sql = COLUMNS + (subject == null ? "" : " AND subject = ?") + NEWEST;
        return database.read(connection -> lines(connection, sql, subject, before, limit));
    }

    private static List<Line> lines(Connection connection, String sql, @Nullable String subject, long before, int limit)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            int parameter = 1;
            select.setLong(parameter++, before);
            if (subject != null) {
                select.setString(parameter++, subject);
            }
            select.setInt(parameter, limit);
            try (ResultSet row = select.executeQuery()) {
                List<Line> lines = new ArrayList<>();
                while (row.next()) {
                    lines.add(line(row));
                }
                return lines;
            }
        }
    }

    private static Line line(ResultSet row) throws SQLException {
        return new Line(
                row.getLong(1),
                Instant.ofEpochMilli(row.getLong(2)),
                new Actor(row.getString(3), row.getString(4)),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9));
    }

    /** Goes after every part that decides something for a deed. */
    public static Part<?> part() {
        return new Deeds();
    }

    private static final class Deeds implements Part<Deed> {

        private static final String LAST = "SELECT COALESCE(MAX(sequence), 0) FROM audit_log";
        private static final String INSERT = """
                INSERT INTO audit_log (sequence, created_at, actor, address, action, subject, before_json, after_json, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";

        @Override
        public Class<Deed> type() {
            return Deed.class;
        }

        /** Another node's deeds wait here until this batch is committed; nothing that comes after waits for them. */
        @Override
        public void writeLast(Statements statements, List<Deed> deeds) throws SQLException {
            if (statements.dialect() == Dialect.POSTGRESQL && !deeds.isEmpty()) {
                statements
                        .of("LOCK TABLE audit_log IN SHARE ROW EXCLUSIVE MODE")
                        .execute();
            }
            for (Deed deed : deeds) {
                Deed.Changed changed = deed.changed();
                if (changed != null) {
                    insert(statements, deed, changed);
                }
            }
        }

        private static void insert(Statements statements, Deed deed, Deed.Changed changed) throws SQLException {
            long sequence = 1 + last(statements);
            PreparedStatement insert = statements.of(INSERT);
            insert.setLong(1, sequence);
            insert.setLong(2, deed.at().toEpochMilli());
            insert.setString(3, deed.actor().who());
            insert.setString(4, deed.actor().address());
            insert.setString(5, deed.action());
            insert.setString(6, deed.subject());
            insert.setString(7, changed.beforeJson());
            insert.setString(8, changed.afterJson());
            insert.setString(9, deed.reason());
            insert.executeUpdate();
        }

        private static long last(Statements statements) throws SQLException {
            try (ResultSet row = statements.of(LAST).executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }
}
