package dev.tollgate.customers.payments;

import dev.tollgate.customers.payments.Campaign.Counts;
import dev.tollgate.customers.payments.Voucher.Lot;
import dev.tollgate.customers.payments.Voucher.State;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads campaigns of vouchers. The vouchers of a campaign have one {@code created_at} and equal terms, which one insert gives to all
 * of them. Thread-safe; blocks.
 */
public final class Campaigns {

    /** The numbers that a page reads at a time, so that a short page does not read all vouchers there are. */
    private static final long WINDOW = 25L * Vouchers.AT_ONCE_MAX;

    /** The last voucher before, and the first one behind a voucher, that is of another campaign. */
    private static final String BEFORE = """
            SELECT o.sequence FROM voucher v JOIN voucher o ON o.sequence < v.sequence
            WHERE v.sequence = ? AND (o.created_at <> v.created_at OR o.note <> v.note OR o.amount_micros <> v.amount_micros
                OR COALESCE(o.days, 0) <> COALESCE(v.days, 0) OR o.models <> v.models)
            ORDER BY o.sequence DESC LIMIT 1""";

    private static final String BEHIND = """
            SELECT o.sequence FROM voucher v JOIN voucher o ON o.sequence > v.sequence
            WHERE v.sequence = ? AND (o.created_at <> v.created_at OR o.note <> v.note OR o.amount_micros <> v.amount_micros
                OR COALESCE(o.days, 0) <> COALESCE(v.days, 0) OR o.models <> v.models)
            ORDER BY o.sequence LIMIT 1""";

    /** The campaigns of a range of numbers. A revocation once wrote its time over the expiry: such an expiry is none. */
    private static final String IN_RANGE = """
            SELECT * FROM (
                SELECT MIN(sequence) AS first_number, MAX(sequence) AS last_number, amount_micros, MAX(days) AS days, models, note, created_at,
                    MAX(CASE WHEN revoked_at IS NULL OR expires_at <> revoked_at THEN expires_at END) AS ends_at,
                    COUNT(*) AS made, COUNT(redeemed_at) AS redeemed,
                    SUM(CASE WHEN redeemed_at IS NULL AND revoked_at IS NOT NULL THEN 1 ELSE 0 END) AS revoked,
                    SUM(CASE WHEN redeemed_at IS NULL AND revoked_at IS NULL AND expires_at <= ? THEN 1 ELSE 0 END) AS expired
                FROM voucher WHERE sequence BETWEEN ? AND ?
                GROUP BY created_at, note, amount_micros, COALESCE(days, 0), models) campaign
            WHERE ? IN ('all', CASE WHEN made > redeemed + revoked + expired THEN 'OPEN'
                WHEN expired > 0 THEN 'EXPIRED' WHEN revoked > 0 THEN 'REVOKED' ELSE 'REDEEMED' END)
            ORDER BY first_number DESC""";

    /** The payments of accounts since they redeemed their first voucher of a campaign, less what went back. */
    private static final String PAID = """
            SELECT COALESCE(SUM(p.credit_micros - p.reversed_micros), 0) FROM payment p JOIN (
                SELECT account_id, MIN(redeemed_at) AS since FROM voucher
                WHERE sequence BETWEEN ? AND ? AND account_id IS NOT NULL GROUP BY account_id) v ON v.account_id = p.account_id
            WHERE p.state = 'paid' AND p.channel = 'stripe' AND p.ended_at >= v.since""";

    private final Database database;
    private final InstantSource clock;

    Campaigns(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Returns campaigns, the newest first.
     *
     * @param state null for all
     * @param before the first number of the last campaign of the page before; {@link Long#MAX_VALUE} for the newest
     */
    public List<Campaign> page(@Nullable State state, long before, int limit) {
        return database.read(sql -> {
            List<Campaign> found = new ArrayList<>();
            long last = Math.min(before - 1, sql.number("SELECT COALESCE(MAX(sequence), 0) FROM voucher"));
            while (last > 0 && found.size() < limit) {
                long first = first(sql, Math.max(1, last - WINDOW + 1));
                found.addAll(inRange(sql, first, last, state));
                last = first - 1;
            }
            return found.subList(0, Math.min(found.size(), limit));
        });
    }

    /** Returns the campaign of a voucher; null if there is no such voucher. */
    public @Nullable Campaign of(long number) {
        return database.read(sql -> {
            if (!sql.has("SELECT 1 FROM voucher WHERE sequence = ?", number)) {
                return null;
            }
            Long behind = sql.one(BEHIND, row -> row.getLong(1), number);
            long last = behind == null ? Long.MAX_VALUE : behind - 1;
            return inRange(sql, first(sql, number), last, null).getFirst();
        });
    }

    private static long first(Sql sql, long number) throws SQLException {
        Long before = sql.one(BEFORE, row -> row.getLong(1), number);
        return before == null ? 1 : before + 1;
    }

    private List<Campaign> inRange(Sql sql, long first, long last, @Nullable State state) throws SQLException {
        String chosen = state == null ? "all" : state.name();
        return sql.list(IN_RANGE, Campaigns::campaign, clock.instant(), first, last, chosen);
    }

    /**
     * Returns the credits, without tax and less refunds, that accounts have paid for since they redeemed a voucher of a campaign.
     * Payments in which no money moved do not count.
     */
    public long paidMicros(Campaign campaign) {
        return campaign.counts().redeemed() == 0
                ? 0
                : database.read(sql -> sql.number(PAID, campaign.first(), campaign.last()));
    }

    private static Campaign campaign(ResultSet row) throws SQLException {
        int days = row.getInt(4);
        return new Campaign(
                row.getLong(1),
                row.getLong(2),
                new Lot(row.getLong(3), days == 0 ? null : days, ModelPatterns.of(row.getString(5))),
                row.getString(6),
                Columns.time(row, 7),
                Columns.timeOrNull(row, 8),
                new Counts(row.getLong(9), row.getLong(10), row.getLong(11), row.getLong(12)));
    }
}
