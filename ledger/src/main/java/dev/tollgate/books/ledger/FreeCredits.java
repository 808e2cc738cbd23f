package dev.tollgate.books.ledger;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;

/**
 * The request ids of credits that are granted for free while only the sandbox answers. The account's row has the rest of such credits, which
 * pay only for responses of the sandbox.
 */
public final class FreeCredits {

    private static final String TEST_PAYMENT = "test-payment-";
    private static final String START = "sandbox-start-";

    private FreeCredits() {}

    /** @param id the payment, granted once for each account */
    public static RequestId ofTestPayment(String accountId, String id) {
        return new RequestId(TEST_PAYMENT + accountId + "-" + id);
    }

    public static RequestId toStartWith(String accountId) {
        return new RequestId(START + accountId);
    }

    /** Returns whether an account has received free start credits. Blocks. */
    public static boolean isStarted(Database database, String accountId) {
        return database.read(sql ->
                sql.has("SELECT 1 FROM entry WHERE account_id = ? AND request_id = ?", accountId, START + accountId));
    }

    /** Returns whether an account has received start credits, real or free ones. */
    public static boolean isStarted(Statements statements, String accountId) throws SQLException {
        return statements.has(
                "SELECT 1 FROM entry WHERE account_id = ? AND (request_id = ? OR request_id = ?)",
                accountId,
                "start-" + accountId,
                START + accountId);
    }
}
