package dev.tollgate.books.ledger;

import dev.tollgate.storage.Database;

/**
 * The ids under which credits are given for nothing while only the sandbox answers. What is left of such credits is in the account's row and buys
 * only what the sandbox answers.
 */
public final class FreeCredits {

    private static final String TEST_PAYMENT = "test-payment-";
    private static final String START = "sandbox-start-";

    private FreeCredits() {}

    /** @param id of the payment, once in the account */
    public static RequestId ofTestPayment(String accountId, String id) {
        return new RequestId(TEST_PAYMENT + accountId + "-" + id);
    }

    public static RequestId toStartWith(String accountId) {
        return new RequestId(START + accountId);
    }

    /** Whether an account was given such credits to start with. Blocks. */
    public static boolean isStarted(Database database, String accountId) {
        return database.read(sql -> sql.has(
                "SELECT 1 FROM requested_entry WHERE account_id = ? AND request_id = ?", accountId, START + accountId));
    }
}
