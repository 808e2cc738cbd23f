package dev.tollgate.books.grants;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A grant as it was at one instant: numbered credits of an account that expire, or pay only for some models, or both. Amounts are in
 * micro-credits. Immutable.
 *
 * @param number from 1 in its account
 * @param creditsMicros what was given; grows only if the kind is {@link Kind#REFUND}
 * @param leftMicros 0 once it has ended
 * @param modelsText ids, and beginnings with {@code *}, with spaces between them; empty: all
 * @param expiresAt null: never
 * @param endedAt null while it is live
 * @param lapsedMicros what has expired
 * @param limits each {@code hours:micro-credits}, with a space between them; empty: none
 * @param used of each limit in its latest window, as {@code window:micro-credits}
 * @param isOfSandbox whether it pays only for responses of the sandbox
 */
public record CreditGrant(
        String accountId,
        long number,
        Kind kind,
        long creditsMicros,
        long leftMicros,
        String modelsText,
        Instant createdAt,
        Instant startsAt,
        @Nullable Instant expiresAt,
        @Nullable Instant endedAt,
        long lapsedMicros,
        String limits,
        String used,
        boolean isOfSandbox) {

    /** The origin of a grant. */
    public enum Kind {
        GIFT,
        VOUCHER,
        PLAN,
        /** Refunds of calls whose grants had ended. */
        REFUND;

        private final String code = name().toLowerCase(Locale.ROOT);

        /** The name in the database and in JSON. */
        public String code() {
            return code;
        }

        static Kind of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    /** The state of a grant: the words of pages, the API and commands. */
    public enum State {
        AHEAD(sentence("grant::ahead")),
        ACTIVE(sentence("active")),
        USED_UP(sentence("used up")),
        EXPIRED(sentence("expired")),
        ENDED(sentence("ended"));

        private final Sentence word;

        State(Sentence word) {
            this.word = word;
        }

        public Sentence word() {
            return word;
        }
    }

    private static final String SELECT = """
            SELECT account_id, number, kind, credits_micros, left_micros, models, created_at, starts_at, expires_at, ended_at, lapsed_micros, limits, used,
                sandbox
            FROM credit_grant WHERE account_id = ?""";

    /** The rest of grants of an account that begin after a time: it is in the balance, and pays nothing yet. Of a query with {@code account}. */
    public static final String AHEAD = """
            (SELECT COALESCE(SUM(g.left_micros), 0) FROM credit_grant g
                WHERE g.account_id = account.id AND g.ended_at IS NULL AND g.starts_at > ? AND g.starts_at > g.created_at)""";

    private static final Comparator<CreditGrant> IN_ORDER = GrantRow.inOrder(
            grant -> grant.expiresAt == null ? Long.MAX_VALUE : grant.expiresAt.toEpochMilli(),
            grant -> grant.modelsText.isEmpty(),
            CreditGrant::number);

    /** Returns an account's grants with something left, in the order of payment, within a read transaction. */
    static List<CreditGrant> filled(Reads sql, String accountId) throws SQLException {
        return sql.list(SELECT + " AND ended_at IS NULL AND left_micros > 0", CreditGrant::read, accountId).stream()
                .sorted(IN_ORDER)
                .toList();
    }

    /** Returns an account's grants, the newest first, within a read transaction. @param before the number after the first of them @param limit their largest number */
    public static List<CreditGrant> all(Reads sql, String accountId, long before, int limit) throws SQLException {
        return sql.list(
                SELECT + " AND number < ? ORDER BY number DESC LIMIT ?", CreditGrant::read, accountId, before, limit);
    }

    /** Returns an account's grants with nothing left, used up, expired or ended, as {@link #all} does. */
    public static List<CreditGrant> empty(Reads sql, String accountId, long before, int limit) throws SQLException {
        return sql.list(
                SELECT + " AND left_micros = 0 AND number < ? ORDER BY number DESC LIMIT ?",
                CreditGrant::read,
                accountId,
                before,
                limit);
    }

    /** Returns one grant, or null, within a read transaction. */
    public static @Nullable CreditGrant one(Reads sql, String accountId, long number) throws SQLException {
        return sql.one(SELECT + " AND number = ?", CreditGrant::read, accountId, number);
    }

    /**
     * A limit of the grant at a time.
     *
     * @param micros the most that the grant gives in a window
     * @param usedMicros given in the window of that time
     * @param resetsAt the end of that window
     */
    public record LimitUse(int hours, long micros, long usedMicros, Instant resetsAt) {}

    /** Returns the limits with their use at a time, in the order in which they were given. */
    public List<LimitUse> limits(Instant at) {
        GrantLimits given = GrantLimits.of(limits);
        GrantLimits.Used latest = GrantLimits.Used.of(used);
        long begin = startsAt.toEpochMilli();
        List<LimitUse> uses = new ArrayList<>();
        for (int i = 0; i < given.all().size(); i++) {
            GrantLimits.Limit limit = given.all().get(i);
            uses.add(new LimitUse(
                    limit.hours(),
                    limit.micros(),
                    given.usedMicros(i, latest, begin, at.toEpochMilli()),
                    Instant.ofEpochMilli(given.endMillis(i, latest, begin, at.toEpochMilli()))));
        }
        return uses;
    }

    public State stateAt(Instant now) {
        if (lapsedMicros > 0) {
            return State.EXPIRED;
        }
        if (endedAt != null) {
            return State.ENDED;
        }
        if (leftMicros == 0) {
            return State.USED_UP;
        }
        if (expiresAt != null && !now.isBefore(expiresAt)) {
            return State.EXPIRED;
        }
        return isAhead(now) ? State.AHEAD : State.ACTIVE;
    }

    /** Returns whether it was given before it begins, which is after a time. A grant that begins with its entry pays, also if the clock was set back. */
    public boolean isAhead(Instant now) {
        return startsAt.isAfter(now) && startsAt.isAfter(createdAt);
    }

    /** Returns the models that it pays for: ids, and beginnings with {@code *}; none: all. */
    public List<String> models() {
        return ModelPatterns.of(modelsText).all();
    }

    private static CreditGrant read(ResultSet row) throws SQLException {
        return new CreditGrant(
                row.getString(1),
                row.getLong(2),
                Kind.of(row.getString(3)),
                row.getLong(4),
                row.getLong(5),
                row.getString(6),
                Columns.time(row, 7),
                Columns.time(row, 8),
                Columns.timeOrNull(row, 9),
                Columns.timeOrNull(row, 10),
                row.getLong(11),
                row.getString(12),
                row.getString(13),
                row.getInt(14) == 1);
    }

    /** Returns an account's grants for exports: they stay when the account ends. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                "grants.csv",
                "credits that expire or pay only for some models",
                "credit_grant g",
                "g.account_id = :account",
                """
                    g.number g.kind g.credits_micros g.left_micros g.models g.created_at g.starts_at g.expires_at g.ended_at g.lapsed_micros g.limits
                    g.sandbox:YES_NO""",
                "g.number"));
    }
}
