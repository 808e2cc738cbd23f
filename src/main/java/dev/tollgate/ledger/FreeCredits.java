package dev.tollgate.ledger;

import dev.tollgate.storage.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Credits that were given for nothing while only the sandbox answered. They are told apart by the id of what gave them, for they stay in their
 * accounts when a real upstream is set up, and there they cost the operator money.
 */
public final class FreeCredits {

    private static final String TEST_PAYMENT = "test-payment-";
    private static final String START = "sandbox-start-";

    private static final String HOLDERS = """
            SELECT id FROM account WHERE blocked = 0 AND balance_micros > 0 AND id IN
                (SELECT account_id FROM requested_entry WHERE request_id LIKE ? OR request_id LIKE ?)
            ORDER BY id LIMIT ?""";

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
        return database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT 1 FROM requested_entry WHERE account_id = ? AND request_id = ?")) {
                select.setString(1, accountId);
                select.setString(2, START + accountId);
                try (ResultSet row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    /**
     * Accounts that were given such credits and have something left, in the order of their ids. Blocks; goes through all that was ever granted
     * or corrected.
     */
    public static List<String> holders(Database database, int limit) {
        return database.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(HOLDERS)) {
                select.setString(1, TEST_PAYMENT + "%");
                select.setString(2, START + "%");
                select.setInt(3, limit);
                List<String> ids = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        ids.add(row.getString(1));
                    }
                }
                return ids;
            }
        });
    }
}
