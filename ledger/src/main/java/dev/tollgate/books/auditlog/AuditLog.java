package dev.tollgate.books.auditlog;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The permanent record of operator actions, and the part that writes it. Reads block; thread-safe. */
public record AuditLog(Database database) {

    /** The most rows of one page. */
    public static final int PAGE_MAX = 1_000;

    private static final String COLUMNS = """
            SELECT sequence, created_at, actor, address, action, subject, before_json, after_json, reason FROM audit_log
            WHERE sequence < ?""";
    private static final String OF_THESE = " AND (subject IN (%s)"
            + " OR subject IN (SELECT id FROM api_key WHERE account_id IN (%s))"
            + " OR subject IN (SELECT person_id FROM member WHERE account_id IN (%s))"
            + " OR subject IN (SELECT task_id FROM entry WHERE account_id IN (%s) AND task_id IS NOT NULL))";
    private static final String NEWEST = " ORDER BY sequence DESC LIMIT ?";

    /**
     * A row of the audit log.
     *
     * @param sequence from 1, without gaps, in the order of the commits
     * @param beforeJson null if there was nothing before
     */
    public record Line(
            long sequence,
            Instant at,
            Actor actor,
            String action,
            String subject,
            @Nullable String beforeJson,
            @Nullable String afterJson,
            @Nullable String reason) {}

    /**
     * A filter of rows; null for any.
     *
     * @param actor author, as {@link Actor#who}
     * @param subject exactly this subject
     * @param ofThese one of these subjects, or a key, a person or a call of an account among them; empty for any
     * @param from inclusive
     * @param until exclusive
     */
    public record Filter(
            @Nullable String actor,
            @Nullable String action,
            @Nullable String subject,
            Set<String> ofThese,
            @Nullable Instant from,
            @Nullable Instant until) {

        public Filter {
            ofThese = Set.copyOf(ofThese);
        }
    }

    /**
     * Returns the newest rows first.
     *
     * @param before the last sequence of the previous page; {@link Long#MAX_VALUE} for the newest
     * @param limit 1 to {@value #PAGE_MAX}, or one more, to see whether the list continues
     */
    public List<Line> page(Filter filter, long before, int limit) {
        if (limit < 1 || limit > PAGE_MAX + 1) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " lines, not " + limit);
        }
        StringBuilder text = new StringBuilder(COLUMNS);
        List<Object> values = new ArrayList<>(List.of(before));
        where(text, values, " AND actor = ?", filter.actor());
        where(text, values, " AND action = ?", filter.action());
        where(text, values, " AND subject = ?", filter.subject());
        where(text, values, " AND created_at >= ?", filter.from());
        where(text, values, " AND created_at < ?", filter.until());
        if (!filter.ofThese().isEmpty()) {
            String these =
                    String.join(", ", Collections.nCopies(filter.ofThese().size(), "?"));
            text.append(OF_THESE.formatted(these, these, these, these));
            for (int times = 0; times < 4; times++) {
                values.addAll(filter.ofThese());
            }
        }
        values.add(limit);
        text.append(NEWEST);
        return database.read(sql -> sql.list(text.toString(), AuditLog::line, values.toArray()));
    }

    private static void where(StringBuilder text, List<Object> values, String condition, @Nullable Object value) {
        if (value != null) {
            text.append(condition);
            values.add(value);
        }
    }

    private static Line line(ResultSet row) throws SQLException {
        return new Line(
                row.getLong(1),
                Columns.time(row, 2),
                new Actor(row.getString(3), row.getString(4)),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9));
    }

    /** Returns the part, which follows every part that decides for an operator action. */
    public static Part<?> part() {
        return new Deeds();
    }

    private static final class Deeds implements Part<Deed> {

        private static final String LAST = "SELECT COALESCE(MAX(sequence), 0) FROM audit_log";
        private static final String INSERT = """
                INSERT INTO audit_log (sequence, created_at, actor, address, action, subject, before_json, after_json, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""";

        @Override
        public Class<Deed> type() {
            return Deed.class;
        }

        /** Actions of other nodes wait here until this batch is committed; nothing later waits for them. */
        @Override
        public void writeLast(Statements statements, List<Deed> deeds) throws SQLException {
            statements.lockTable("audit_log");
            for (Deed deed : deeds) {
                Deed.Changed changed = deed.changed();
                if (changed != null) {
                    insert(statements, deed, changed);
                }
            }
        }

        private static void insert(Statements statements, Deed deed, Deed.Changed changed) throws SQLException {
            long sequence = 1 + statements.number(LAST);
            statements.run(
                    INSERT,
                    sequence,
                    deed.at(),
                    deed.actor().who(),
                    deed.actor().address(),
                    deed.action(),
                    deed.subject(),
                    changed.beforeJson(),
                    changed.afterJson(),
                    deed.reason());
        }
    }

    /**
     * Returns the operator's actions on an account, for the export and the erasure of accounts: they stay. Rows of former releases have the address of an
     * invitation, or of a test mail, which goes with its person.
     */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "operator-deeds.csv",
                        "operator actions on the account",
                        "audit_log d",
                        "d.subject = :account",
                        "d.created_at d.action d.reason",
                        "d.sequence"))
                .with(
                        RowErasure.ofLogin(
                                "UPDATE audit_log SET after_json = NULL"
                                        + " WHERE action = 'account.invite' AND LOWER(after_json) = '{\"email\":\"' || ? || '\"}'"),
                        RowErasure.ofLogin("UPDATE audit_log SET after_json = NULL"
                                + " WHERE action = 'mail.test' AND LOWER(after_json) = '{\"to\":\"' || ? || '\"}'"));
    }
}
