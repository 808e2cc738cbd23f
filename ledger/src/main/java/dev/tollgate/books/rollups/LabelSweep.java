package dev.tollgate.books.rollups;

import dev.tollgate.books.labels.LabelNumbers;
import dev.tollgate.books.labels.LabelNumbers.LabelChange;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Deletes the usage of labels after 400 days, and the labels that were not used since. Older tasks show none. Safe on several servers. Blocks. */
public record LabelSweep(Database database, Writer writer, InstantSource clock) {

    public static final Duration EVERY = Duration.ofHours(6);

    /** The time for which the usage of labels is kept. */
    public static final Duration KEPT = Duration.ofDays(400);

    static final int ROWS_MAX = 500;

    private static final String DUE = """
            SELECT id FROM account WHERE id > ? AND (
                EXISTS (SELECT 1 FROM usage_label u WHERE u.account_id = account.id AND u.day < ?)
                OR EXISTS (SELECT 1 FROM label l WHERE l.account_id = account.id AND l.used_day < ? AND l.value <> ''))
            ORDER BY id LIMIT ?""";

    private static final String USAGE = """
            DELETE FROM usage_label WHERE account_id = ? AND (day, number, model) IN (
                SELECT day, number, model FROM usage_label WHERE account_id = ? AND day < ? ORDER BY day LIMIT ?)""";

    public void sweep() {
        Instant before = clock.instant().minus(KEPT).truncatedTo(ChronoUnit.DAYS);
        String after = "";
        List<String> accounts;
        do {
            String from = after;
            accounts = database.read(sql -> sql.list(DUE, row -> row.getString(1), from, before, before, ROWS_MAX));
            accounts.forEach(account -> end(account, before));
            after = accounts.isEmpty() ? "" : accounts.getLast();
        } while (accounts.size() == ROWS_MAX);
    }

    private void end(String accountId, Instant before) {
        LabelChange step;
        do {
            step = ending(accountId, before);
            writer.commitAndWait(Unit.of(new TakeAccount(accountId), step));
        } while (step.outcome());
    }

    /** Deletes some of an account's old usage and labels. The outcome: whether there may be more. */
    private static LabelChange ending(String accountId, Instant before) {
        return new LabelChange(statements -> {
            Account.Change.LABELS_FROM.run(statements, before, before, accountId);
            boolean isMore = statements.run(USAGE, accountId, accountId, before, ROWS_MAX) == ROWS_MAX;
            return LabelNumbers.end(statements, accountId, before, ROWS_MAX) || isMore;
        });
    }
}
