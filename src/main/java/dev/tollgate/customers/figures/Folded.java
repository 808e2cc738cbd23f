package dev.tollgate.customers.figures;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * How far days are folded, as of a read transaction.
 *
 * @param until milliseconds, the begin of a day of UTC; days before it are in {@code usage_day}
 * @param version the same exactly as long as no row of {@code usage_day} was written: whoever folds writes the fold's one row last, in the same
 *     transaction, and a server tells which transaction wrote a row. Null where that is not told
 */
record Folded(long until, @Nullable String version) {

    static final Folded NOTHING = new Folded(0, null);

    /** The columns of the fold's row as {@code f}. */
    static String columns(Dialect dialect) {
        return dialect == Dialect.POSTGRESQL
                ? "f.folded_until, CAST(f.xmin AS text) AS fold_version"
                : "f.folded_until, NULL AS fold_version";
    }

    static Folded read(Reads sql, Dialect dialect) throws SQLException {
        Folded found = sql.one("SELECT " + columns(dialect) + " FROM usage_fold f WHERE f.id = 1", row -> of(row, 1));
        return found == null ? NOTHING : found;
    }

    /** @param first of its two columns, which are null where nothing was ever folded */
    static Folded of(ResultSet row, int first) throws SQLException {
        return new Folded(row.getLong(first), row.getString(first + 1));
    }
}
