package dev.tollgate.books.ledger;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** Lets credits of expired grants leave accounts that no other change touches (Z18): what running calls need stays until they end. Blocks. */
public record Lapse(Database database, Writer writer, InstantSource clock) {

    public static final Duration EVERY = Duration.ofSeconds(1);

    static final int ROWS_MAX = 200;

    private static final String EXPIRED = """
            SELECT DISTINCT account_id FROM credit_grant
            WHERE ended_at IS NULL AND expires_at IS NOT NULL AND expires_at <= ? AND account_id > ? ORDER BY account_id LIMIT ?""";

    public void sweep() {
        Instant now = clock.instant();
        String after = "";
        List<String> accounts;
        do {
            String from = after;
            accounts = database.read(sql -> sql.list(EXPIRED, row -> row.getString(1), now, from, ROWS_MAX));
            if (!accounts.isEmpty()) {
                writer.commitAndWait(Unit.of(new OfAccounts(accounts, now)));
                after = accounts.getLast();
            }
        } while (accounts.size() == ROWS_MAX);
    }

    /** Lets what has expired leave accounts. The outcome is their number. */
    static final class OfAccounts extends LedgerChange<Integer> {

        private final List<String> accountIds;
        private final Instant at;

        OfAccounts(List<String> accountIds, Instant at) {
            this.accountIds = accountIds;
            this.at = at;
        }

        @Override
        void need(Book book) {
            accountIds.forEach(book::needAccount);
        }

        @Override
        Integer decideOver(Book book) throws SQLException {
            for (String id : accountIds) {
                AccountRow account = book.account(id);
                if (account != null) {
                    book.grants().lapseAll(account, at);
                }
            }
            return accountIds.size();
        }
    }
}
