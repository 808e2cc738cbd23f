package dev.tollgate.books.allowances;

import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The answers that are free for an account although a provider is paid for them (E72): {@value #DAY} in a calendar day (UTC), and one more for each ten
 * calls that were charged on that day and the day before. A running call that may end so counts as its answers, less the charged calls of its API in these
 * days. Whether there is room is decided under the lock of the account's row, in the commit of the hold or of the release. Thread-safe; reads block.
 */
public final class FreeAnswers {

    /** The most of an account that has been charged for nothing. */
    public static final int DAY = 20;

    private static final int CHARGED_FOR_ONE = 10;
    private static final long DAY_MILLIS = 24 * 60 * 60 * 1_000L;

    /** The most accounts whose earlier receipts are remembered. */
    private static final int REMEMBERED_MAX = 10_000;

    private static final String ACCOUNT = "SELECT receipts, last_number, free_day, free_ends FROM account WHERE id = ?";
    private static final String CALL_UP_TO =
            "SELECT number, ended_at, receipts FROM call WHERE account_id = ? AND number <= ? ORDER BY number DESC LIMIT 1";

    private final Database database;
    private final Map<String, Before> before = new ConcurrentHashMap<>();

    /** The number of an account's receipts before a time. */
    private record Before(long millis, long receipts) {}

    private record AccountNow(long receipts, long lastNumber, long freeDay, long freeEnds) {}

    private record CallEnded(long number, long endedAtMillis, long receipts) {}

    public FreeAnswers(Database database) {
        this.database = database;
    }

    /**
     * The state of an account, which falls only at midnight (UTC).
     *
     * @param used free answers of the day
     * @param most what the day allows
     */
    public record Today(long used, long most) {}

    /**
     * The room that an account has.
     *
     * @param most free answers of the day
     * @param charged calls by API, of which as many run without being counted
     */
    public record Room(long most, Map<String, Long> charged) {

        /** The room that each account has, whatever was charged. */
        public static final Room LEAST = new Room(DAY, Map.of());

        public Room {
            charged = Map.copyOf(charged);
        }

        /** Returns whether there is room. @param running answers of running calls by API, including the call that begins */
        public boolean covers(long used, Map<String, Long> running) {
            long taken = used;
            for (Map.Entry<String, Long> api : running.entrySet()) {
                taken += Math.max(0, api.getValue() - charged.getOrDefault(api.getKey(), 0L));
            }
            return taken <= most;
        }
    }

    public Today today(String accountId, Instant now) {
        long day = SpendWindow.DAY.startMillis(now.toEpochMilli());
        return database.readFor(accountId, sql -> {
            AccountNow account = sql.one(
                    ACCOUNT,
                    row -> new AccountNow(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                    accountId);
            if (account == null) {
                return new Today(0, DAY);
            }
            long charged = account.receipts() - receiptsBefore(sql, accountId, account.lastNumber(), day - DAY_MILLIS);
            return new Today(account.freeDay() == day ? account.freeEnds() : 0, DAY + charged / CHARGED_FOR_ONE);
        });
    }

    private long receiptsBefore(Reads sql, String accountId, long lastNumber, long millis) throws SQLException {
        Before known = before.get(accountId);
        if (known == null || known.millis() != millis) {
            known = new Before(millis, search(sql, accountId, lastNumber, millis));
            if (before.size() >= REMEMBERED_MAX) {
                before.clear();
            }
            before.put(accountId, known);
        }
        return known.receipts();
    }

    /** Finds the last call that ended before a time, by halves: an account's numbers never go back in time. */
    private static long search(Reads sql, String accountId, long lastNumber, long millis) throws SQLException {
        long receipts = 0;
        long first = 0;
        long last = lastNumber;
        while (first < last) {
            long middle = first + (last - first + 1) / 2;
            CallEnded call = sql.one(
                    CALL_UP_TO,
                    row -> new CallEnded(row.getLong(1), row.getLong(2), row.getLong(3)),
                    accountId,
                    middle);
            if (call == null || call.number() <= first) {
                first = middle;
            } else if (call.endedAtMillis() < millis) {
                first = middle;
                receipts = call.receipts();
            } else {
                last = call.number() - 1;
            }
        }
        return receipts;
    }

    /** Free answers that a change takes. @param room null if they are taken without being asked for */
    public record Taken(int answers, @Nullable Room room) {}
}
