package dev.tollgate.books.grants;

import dev.tollgate.books.grants.PaidBy.Share;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sums that a batch adds to {@code grant_month}: what grants pay, by the month (UTC) in which the calls end. The lock of an account's row orders
 * the changes of its rows. Amounts are micro-credits. Writer's thread only.
 */
public final class GrantMonths {

    private static final RowStatement ADD = RowStatement.of("""
            INSERT INTO grant_month (starts_at, account_id, number, paid_micros) VALUES (?, ?, ?, ?)
            ON CONFLICT (starts_at, account_id, number) DO UPDATE SET paid_micros = grant_month.paid_micros + excluded.paid_micros""", """
            INSERT INTO grant_month (starts_at, account_id, number, paid_micros) SELECT * FROM unnest(?, ?, ?, ?)
            ON CONFLICT (starts_at, account_id, number) DO UPDATE SET paid_micros = grant_month.paid_micros + excluded.paid_micros""", "bigint", "text", "bigint", "bigint");

    private record Of(long startsAtMillis, String accountId, long grant) {}

    private final Map<Of, Long> paid = new LinkedHashMap<>();

    // The month of the latest call: nearly all calls of a batch end in it.
    private long startsAtMillis;
    private long endsAtMillis;

    /** Adds the shares of a call's charge. */
    public void add(String accountId, PaidBy paidBy, long endedAtMillis) {
        for (Share share : paidBy.shares()) {
            paid.merge(new Of(startOf(endedAtMillis), accountId, share.grant()), share.micros(), Math::addExact);
        }
    }

    private long startOf(long atMillis) {
        if (atMillis < startsAtMillis || atMillis >= endsAtMillis) {
            YearMonth month = YearMonth.from(Instant.ofEpochMilli(atMillis).atZone(ZoneOffset.UTC));
            startsAtMillis = startMillis(month);
            endsAtMillis = startMillis(month.plusMonths(1));
        }
        return startsAtMillis;
    }

    private static long startMillis(YearMonth month) {
        return month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    /** Adds the sums to their rows. */
    public void write(Statements statements) throws SQLException {
        if (paid.isEmpty()) {
            return;
        }
        Rows rows = ADD.on(statements);
        for (Map.Entry<Of, Long> one : paid.entrySet()) {
            Of of = one.getKey();
            rows.number(of.startsAtMillis)
                    .text(of.accountId)
                    .number(of.grant)
                    .number(one.getValue())
                    .next();
        }
        rows.finish();
    }
}
