package dev.tollgate.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads columns of a row whose types JDBC does not have. Columns count from 1; times are stored in milliseconds since 1970. */
public final class Columns {

    private Columns() {}

    public static Instant time(ResultSet row, int column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    public static Instant time(ResultSet row, String column) throws SQLException {
        return time(row, row.findColumn(column));
    }

    public static @Nullable Instant timeOrNull(ResultSet row, int column) throws SQLException {
        Long millis = numberOrNull(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    public static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        return timeOrNull(row, row.findColumn(column));
    }

    public static @Nullable Long numberOrNull(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    public static @Nullable Long numberOrNull(ResultSet row, String column) throws SQLException {
        return numberOrNull(row, row.findColumn(column));
    }

    /** Returns true for 1, which is how both databases store it. */
    public static boolean flag(ResultSet row, int column) throws SQLException {
        return row.getInt(column) == 1;
    }

    public static boolean flag(ResultSet row, String column) throws SQLException {
        return row.getInt(column) == 1;
    }
}
