package dev.tollgate.verification;

import dev.tollgate.base.money.Credits;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An account's movements as CSV, for its owner: {@value #HEADER}, and {@value #GRANTS} if the account has ever had a grant. Amounts are credits; the
 * balance includes holds (decision D40). The last
 * line has the kind {@code balance}: the balance after the last number in the period, with its time.
 *
 * <p>In the order of the sequence, a period ends before the first entry that is not before its end, and the next period begins
 * there. So statements of consecutive periods have each movement once, and the same balance between them, even if a clock
 * has jumped back.
 */
public record AccountStatement(Database database) {

    public static final String HEADER =
            "time,sequence,kind,task_id,model,amount,balance,source,key,key_name,reason,usd,invoice,"
                    + "team,team_name,member,member_name";

    /** The head of the last column, of accounts that have had a grant. */
    public static final String GRANTS = "paid_by";

    private static final int FETCH_ROWS = 1_000;

    private static final String ACCOUNT = "SELECT created_at, last_grant FROM account WHERE id = ?";
    private static final String LINES =
            """
            SELECT c.number, c.ended_at AS at, 'charge' AS kind, c.id AS task_id, COALESCE(c.model, c.model_id) AS model,
                -c.charged_micros AS amount, c.balance_after_micros AS balance, %s
            FROM call c WHERE c.account_id = ?
            UNION ALL
            SELECT e.number, e.created_at, e.kind, e.task_id, COALESCE(t.model, t.model_id), e.amount_micros, e.balance_after_micros, %s
            FROM entry e%s
            WHERE e.account_id = ?
            ORDER BY 1""".formatted(EntryOrigin.COLUMNS_OF_CHARGE, EntryOrigin.COLUMNS, EntryOrigin.JOINS);

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
            Lines statement =
                    sql.one(ACCOUNT, row -> new Lines(lines, from, row.getLong(1), row.getLong(2) > 0), accountId);
            if (statement != null) {
                statement.begin();
                entries(sql, accountId, to, statement);
                statement.end();
            }
            return statement != null;
        });
    }

    private static void entries(Reads sql, String accountId, @Nullable Instant to, Lines statement)
            throws SQLException {
        long endMillis = to == null ? Long.MAX_VALUE : to.toEpochMilli();
        sql.scan(
                LINES,
                FETCH_ROWS,
                row -> {
                    boolean isIn = row.getLong("at") < endMillis;
                    if (isIn) {
                        statement.add(row);
                    }
                    return isIn;
                },
                accountId,
                accountId);
    }

    /** A statement in progress. */
    private static final class Lines {

        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                        "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                .withZone(ZoneOffset.UTC);

        private final Consumer<String> lines;
        private final long fromMillis;
        private final boolean hasGrants;
        private long atMillis;
        private long number;
        private long balanceMicros;

        Lines(Consumer<String> lines, @Nullable Instant from, long createdAtMillis, boolean hasGrants) {
            this.lines = lines;
            this.fromMillis = from == null ? Long.MIN_VALUE : from.toEpochMilli();
            this.atMillis = createdAtMillis;
            this.hasGrants = hasGrants;
        }

        void begin() {
            lines.accept(hasGrants ? HEADER + "," + GRANTS : HEADER);
        }

        void add(ResultSet row) throws SQLException {
            atMillis = row.getLong("at");
            number = row.getLong("number");
            balanceMicros = row.getLong("balance");
            long amountMicros = row.getLong("amount");
            if (atMillis >= fromMillis && amountMicros != 0) {
                line(
                        row.getString("kind"),
                        row.getString("task_id"),
                        row.getString("model"),
                        amountMicros,
                        EntryOrigin.read(row),
                        row.getString("origin_reason"));
            }
        }

        void end() {
            line("balance", null, null, 0, EntryOrigin.NONE, null);
        }

        private void line(
                String kind,
                @Nullable String taskId,
                @Nullable String model,
                long amountMicros,
                EntryOrigin origin,
                @Nullable String reason) {
            String line = String.join(
                    ",",
                    TIME.format(Instant.ofEpochMilli(atMillis)),
                    Long.toString(number),
                    kind,
                    field(taskId),
                    field(model),
                    Credits.text(amountMicros),
                    Credits.text(balanceMicros),
                    origin.source(),
                    origin.key().id(),
                    field(origin.key().name()),
                    field(reason),
                    Credits.dollars(amountMicros),
                    origin.invoice(),
                    origin.team().id(),
                    field(origin.team().name()),
                    origin.member().id(),
                    field(origin.member().name()));
            lines.accept(hasGrants ? line + "," + origin.grants() : line);
        }

        /** Quotes untrusted text as in RFC 4180. What a spreadsheet would take for a formula gets an apostrophe. */
        private static String field(@Nullable String text) {
            if (text == null) {
                return "";
            }
            String cell = text.matches("(?s)[=+\\-@\t\r＝＋－＠].*") ? "'" + text : text;
            return cell.matches("[^\",\\r\\n]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
        }
    }
}
