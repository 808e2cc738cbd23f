package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that rows are as they were written, by the first eight bytes of a SHA-256 that each keeps of its values.
 *
 * @param sql with the values, then the proof
 */
record ProofCheck(String subject, String sql) implements Check {

    static final List<Check> ALL = List.of(
            // Calls show only the rates that they were charged by.
            new ProofCheck(
                    "prices", "SELECT version, kind, number, model_id, created_at, from_at, terms, proof FROM price"),
            // An erased value has no proof.
            new ProofCheck(
                    "labels", "SELECT account_id, name, value, proof FROM label WHERE value <> '' OR proof <> 0"));

    @Override
    public String sql(Dialect dialect) {
        return sql;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        int last = row.getMetaData().getColumnCount();
        List<String> values = new ArrayList<>();
        for (int column = 1; column < last; column++) {
            values.add(String.valueOf(row.getString(column)));
        }
        if (ByteBuffer.wrap(Sha256.of(String.join("\n", values) + " 0")).getLong() != row.getLong(last)) {
            findings.add("one of the " + subject + " is not as it was written: " + String.join(" ", values));
        }
    }
}
