package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The servers that have held the books, as the database itself knows them.
 *
 * @param newest the primary that the books belong to; null if no node has met one
 * @param known all of them, and what an operator has declared to be replaced
 */
record PrimaryHistory(@Nullable Primary newest, List<Primary> known) {

    static final String NEXT = "INSERT INTO primary_server"
            + " (sequence, identifier, timeline, former_identifier, former_timeline, met_at)"
            + " SELECT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM primary_server), ?, CAST(? AS BIGINT), ?, CAST(? AS BIGINT), "
            + Dialect.POSTGRESQL.nowMillis();

    private static final String ADD = NEXT
            + " WHERE NOT EXISTS (SELECT 1 FROM primary_server p WHERE p.identifier = ? AND p.timeline = CAST(? AS BIGINT)"
            + " AND p.sequence = (SELECT MAX(sequence) FROM primary_server)) ON CONFLICT DO NOTHING";

    private static final String THERE = "SELECT to_regclass('primary_server') IS NOT NULL";
    private static final String ALL =
            "SELECT identifier, timeline, former_identifier, former_timeline FROM primary_server ORDER BY sequence";

    /** Reads them; none from a database whose schema has no such table. */
    static PrimaryHistory read(Connection connection) throws SQLException {
        Primary newest = null;
        List<Primary> known = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            if (isThere(statement)) {
                try (ResultSet row = statement.executeQuery(ALL)) {
                    while (row.next()) {
                        newest = new Primary(row.getString(1), row.getLong(2));
                        known.add(newest);
                        String former = row.getString(3);
                        if (former != null) {
                            known.add(new Primary(former, row.getLong(4)));
                        }
                    }
                }
            }
        }
        return new PrimaryHistory(newest, List.copyOf(known));
    }

    private static boolean isThere(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(THERE)) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Adds a server unless it is the newest. */
    static void add(Connection connection, Primary met) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            String timeline = Long.toString(met.timeline());
            insert.setString(1, met.identifier());
            insert.setString(2, timeline);
            insert.setString(3, null);
            insert.setString(4, null);
            insert.setString(5, met.identifier());
            insert.setString(6, timeline);
            insert.executeUpdate();
        }
    }

    /** Returns whether the books have left that server for good: they were on it, or an operator has declared it replaced. */
    boolean covers(Primary other) {
        return known.stream()
                .anyMatch(each -> each.identifier().equals(other.identifier()) && each.timeline() >= other.timeline());
    }
}
