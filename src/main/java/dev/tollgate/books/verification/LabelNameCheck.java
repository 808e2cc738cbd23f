package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Checks that the name and the value of each label are those with which its number was given. An erased value has no proof. */
final class LabelNameCheck implements Check {

    private static final String SQL =
            "SELECT account_id, number, name, value, proof FROM label ORDER BY account_id, number";

    @Override
    public String subject() {
        return "labels";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String text = row.getString(1) + "\n" + row.getString(3) + "\n" + row.getString(4);
        boolean isErased = row.getString(4).isEmpty();
        if (row.getLong(5) != (isErased ? 0 : Sha256.proof(text))) {
            findings.add("label %s of account %s had another name or value than '%s' and '%s'"
                    .formatted(row.getString(2), row.getString(1), row.getString(3), row.getString(4)));
        }
    }
}
