package dev.tollgate.storage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server that accepts writes. A standby has its primary's identifier; each promotion begins a timeline with a higher number, so of two
 * primaries of one identifier the one with the lower timeline was replaced, and lacks commits of the books.
 *
 * @param identifier the number that the server was made with; its copies have it, too
 */
record Primary(String identifier, long timeline) {

    private static final String ASK = "SELECT CASE WHEN pg_is_in_recovery() THEN NULL"
            + " ELSE SUBSTR(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END, CAST(system_identifier AS TEXT),"
            + " CAST(pg_postmaster_start_time() AS TEXT) FROM pg_control_system()";
    private static final int HEX = 16;

    /** A server that was asked. @param primary null for a standby @param start tells two servers apart, even copies */
    record Server(@Nullable Primary primary, String start) {}

    /** Asks a server. @return null if the server does not know timelines, or does not tell them */
    static @Nullable Server ask(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ASK)) {
            row.next();
            String timeline = row.getString(1);
            return new Server(
                    timeline == null ? null : new Primary(row.getString(2), Long.parseLong(timeline, HEX)),
                    row.getString(3));
        } catch (SQLException e) {
            Failures.Kind kind = Failures.kind(e);
            if (kind != Failures.Kind.REFUSED && kind != Failures.Kind.UNAVAILABLE) {
                throw e;
            }
            return null;
        }
    }

    /** Returns whether the books may be on this server after they were on that one: it is that one, or a standby that took over from it. */
    boolean mayFollow(Primary before) {
        return identifier.equals(before.identifier) && timeline >= before.timeline;
    }

    /** Returns its name for people. */
    String describe() {
        return "server " + identifier + " on timeline " + timeline;
    }
}
