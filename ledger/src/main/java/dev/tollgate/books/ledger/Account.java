package dev.tollgate.books.ledger;

import dev.tollgate.storage.Statements;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.holdings.RowErasure.Value;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A customer's account as it was at one instant.
 *
 * @param sandboxMicros micro-credits of balance and holds that pay only for responses of the sandbox, those of grants included
 * @param deletedAt null unless the account was deleted; a deleted account has no name
 */
public record Account(
        String id,
        String name,
        Instant createdAt,
        boolean blocked,
        Balance balance,
        long sandboxMicros,
        @Nullable Instant deletedAt) {

    /** The name of an account that was deleted. */
    public static final String DELETED = "deleted account";

    /** A change that others make of an account's row, in a unit that has taken it ({@link LedgerChange.TakeAccount}). */
    public enum Change {
        /** Takes the name and the account's id. */
        NAME("name = ?"),
        /** Takes the tag of the language of its mails and the account's id. */
        LANGUAGE("language = ?"),
        /** Replaces a name that is one of three texts with the account's id. Takes the texts and the account's id. */
        NAME_OF_LEAVER("name = CASE WHEN name IN (?, ?, ?) THEN id ELSE name END"),
        /** Takes the names of tags, with spaces between them, whether end users are counted, and the account's id. */
        LABEL_RULES("tag_names = ?, end_users = ?"),
        /** Takes the day from which on the usage of labels is kept, twice, and the account's id. */
        LABELS_FROM("labels_from = CASE WHEN labels_from < ? THEN ? ELSE labels_from END"),
        /** Counts a row of the account's log. Takes the account's id. */
        LOG_NUMBER("log_number = log_number + 1"),
        /** Lets every server read the account's budgets and the names of its teams again. Takes the account's id. */
        BUDGETS_VERSION("budgets_version = budgets_version + CASE WHEN budgets_version > 0 THEN 1 ELSE 0 END"),
        /** Takes the time zone of the changed budgets, the time since when it is, and the account's id. */
        BUDGETS("budgets_version = budgets_version + 1, time_zone = ?, time_zone_at = ?"),
        /** Takes the number of the newest grant and the account's id. */
        LAST_GRANT("last_grant = ?");

        private final String update;

        Change(String set) {
            this.update = "UPDATE account SET " + set + " WHERE id = ?";
        }

        public void run(Statements statements, @Nullable Object... values) throws SQLException {
            statements.run(update, values);
        }
    }

    /** Makes an account without sandbox credits. */
    public Account(
            String id, String name, Instant createdAt, boolean blocked, Balance balance, @Nullable Instant deletedAt) {
        this(id, name, createdAt, blocked, balance, 0, deletedAt);
    }

    /** Makes an account that is not deleted. */
    public Account(String id, String name, Instant createdAt, boolean blocked, Balance balance) {
        this(id, name, createdAt, blocked, balance, null);
    }

    /** Returns the row of an account, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "account.csv", "your account and its balance", "account a", "a.id = :account", """
                    a.id a.name a.created_at a.blocked:YES_NO a.deleted_at a.balance_micros a.reserved_micros a.purchased_micros
                    a.consumed_micros a.sandbox_micros a.last_number a.last_number_at a.spend_hour:CREDITS a.spend_day:CREDITS a.spend_total:CREDITS
                    a.time_zone a.tag_names a.end_users:YES_NO a.language""", "a.id"))
                .with(new RowErasure(
                        "UPDATE account SET name = '" + DELETED + "', tag_names = '', deleted_at = ? WHERE id = ?",
                        List.of(Value.TIME, Value.ACCOUNT)));
    }
}
