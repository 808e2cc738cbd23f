package dev.tollgate.books.verification;

import dev.tollgate.base.money.Credits;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An account's movements as CSV, for its owner: {@value #HEADER}. Amounts are credits; the
 * balance includes holds (decision D40), so holds, releases and shortfalls have no lines. The last
 * line has the kind {@code balance}: the balance after the last entry in the period, with that entry's time and sequence.
 *
 * <p>In the order of the sequence, a period ends before the first entry that is not before its end, and the next period begins
 * there. So statements of consecutive periods have each movement once, and the same balance between them, even if a clock
 * has jumped back.
 */
public final class AccountStatement {

    public static final String HEADER =
            "time,sequence,kind,task_id,model,amount,balance,source,key,reason,usd,invoice,team,member";

    private static final int FETCH_ROWS = 1_000;

    private static final String ACCOUNT = "SELECT created_at FROM account WHERE id = ?";
    private static final String ENTRIES = """
            SELECT e.account_id, e.sequence, e.kind, e.reservation_id, e.from_bucket, e.to_bucket, e.amount_micros,
                e.created_at, t.model, %s
            FROM entry e%s
            WHERE e.account_id = ?
            ORDER BY e.sequence""".formatted(EntryOrigin.COLUMNS, EntryOrigin.JOINS);

    private final Database database;

    public AccountStatement(Database database) {
        this.database = database;
    }

    /**
     * Writes the lines, without line ends, the header first.
     *
     * @param from null: from the beginning
     * @param to exclusive; null: to the end
     * @return false, and nothing is written, if there is no such account
     * @throws dev.tollgate.storage.StoreException if the database cannot be read
     */
    public boolean write(String accountId, @Nullable Instant from, @Nullable Instant to, Consumer<String> lines) {
        return database.read(sql -> {
            Long createdAtMillis = createdAtMillis(sql, accountId);
            if (createdAtMillis != null) {
                Lines statement = new Lines(lines, from, createdAtMillis);
                statement.begin();
                entries(sql, accountId, to, statement);
                statement.end();
            }
            return createdAtMillis != null;
        });
    }

    private static @Nullable Long createdAtMillis(Reads sql, String accountId) throws SQLException {
        return sql.one(ACCOUNT, row -> Long.valueOf(row.getLong(1)), accountId);
    }

    private static void entries(Reads sql, String accountId, @Nullable Instant to, Lines statement)
            throws SQLException {
        long endMillis = to == null ? Long.MAX_VALUE : to.toEpochMilli();
        sql.scan(
                ENTRIES,
                FETCH_ROWS,
                row -> {
                    boolean isIn = row.getLong(8) < endMillis;
                    if (isIn) {
                        statement.add(
                                Movement.read(row, 1),
                                row.getLong(8),
                                new About(row.getString(9), row.getString("origin_reason"), EntryOrigin.read(row)));
                    }
                    return isIn;
                },
                accountId);
    }

    /** The rest of a line. @param model that answered the call */
    private record About(@Nullable String model, @Nullable String reason, EntryOrigin origin) {

        static final About BALANCE = new About(null, null, EntryOrigin.NONE);
    }

    /** A statement in progress. */
    private static final class Lines {

        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

        private final Consumer<String> lines;
        private final long fromMillis;
        private boolean begun;
        private long atMillis;
        private long sequence;
        private long balanceMicros;

        Lines(Consumer<String> lines, @Nullable Instant from, long createdAtMillis) {
            this.lines = lines;
            this.fromMillis = from == null ? Long.MIN_VALUE : from.toEpochMilli();
            this.atMillis = createdAtMillis;
        }

        void begin() {
            lines.accept(HEADER);
        }

        void add(Movement movement, long createdAtMillis, About about) {
            begun = begun || createdAtMillis >= fromMillis;
            atMillis = createdAtMillis;
            sequence = movement.sequence();
            long amountMicros = movement.into("available") + movement.into("reserved");
            balanceMicros += amountMicros;
            if (begun && amountMicros != 0) {
                line(movement.kind(), movement.reservationId(), amountMicros, about);
            }
        }

        void end() {
            line("balance", null, 0, About.BALANCE);
        }

        private void line(String kind, @Nullable String taskId, long amountMicros, About about) {
            lines.accept(String.join(
                    ",",
                    TIME.format(Instant.ofEpochMilli(atMillis)),
                    Long.toString(sequence),
                    kind,
                    field(taskId),
                    field(about.model),
                    Credits.text(amountMicros),
                    Credits.text(balanceMicros),
                    about.origin.source(),
                    about.origin.keyId(),
                    field(about.reason),
                    Credits.dollars(amountMicros, taskId == null ? 2 : 4),
                    about.origin.invoice(),
                    about.origin.teamId(),
                    about.origin.memberId()));
        }

        /** Quotes as in RFC 4180; a model's name is untrusted text. */
        private static String field(@Nullable String text) {
            if (text == null) {
                return "";
            }
            return text.matches("[^\",\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
        }
    }
}
