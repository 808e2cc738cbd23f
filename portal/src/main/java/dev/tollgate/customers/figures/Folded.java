package dev.tollgate.customers.figures;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The end of the folded days, as of a read transaction.
 *
 * @param until the begin of a day of UTC in milliseconds; earlier days are in {@code usage_day}
 * @param version equal exactly as long as no row of {@code usage_day} is written: the folding transaction writes the fold's one row last, and a
 *     database can report which transaction wrote a row. Null if it cannot
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

    /** @param first the first of its two columns, which are null if nothing was ever folded */
    static Folded of(ResultSet row, int first) throws SQLException {
        return new Folded(row.getLong(first), row.getString(first + 1));
    }
}
