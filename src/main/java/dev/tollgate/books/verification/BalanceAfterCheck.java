package dev.tollgate.books.verification;

import dev.tollgate.storage.Dialect;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Each receipt tells the balance that its account's entries have added up to with its charge; what was held then is still in it
 * (decisions D40, D42). A receipt that is wrong by as much as the one before tells nothing new.
 */
final class BalanceAfterCheck implements Check {

    private static final String SQL = """
            SELECT e.account_id, e.sequence, e.kind, e.reservation_id, e.from_bucket, e.to_bucket, e.amount_micros,
                c.sequence, c.body
            FROM entry e LEFT JOIN receipt c
                ON c.task_id = e.reservation_id AND e.kind = 'charge' AND e.from_bucket = 'reserved'
            ORDER BY e.account_id, e.sequence""";

    private String accountId = "";
    private long balance;
    private long wrongBy;

    @Override
    public String subject() {
        return "balances of receipts";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        Movement movement = Movement.read(row, 1);
        if (!movement.accountId().equals(accountId)) {
            accountId = movement.accountId();
            balance = 0;
            wrongBy = 0;
        }
        if (movement.isCustomers()) {
            balance -= movement.into("funding") + movement.into("revenue");
        }
        String body = row.getString(9);
        if (body != null) {
            compare("receipt " + accountId + "/" + row.getLong(8), body, findings);
        }
    }

    private void compare(String name, String body, Findings findings) {
        long told = Member.number(body, "balance_after_micros");
        if (told < 0) {
            findings.add(name + " tells no balance");
            return;
        }
        long difference = told - balance;
        if (difference != 0 && difference != wrongBy) {
            findings.same(name + " tells a balance of", told, "the entries up to its charge add up to", balance);
        }
        wrongBy = difference;
    }
}
