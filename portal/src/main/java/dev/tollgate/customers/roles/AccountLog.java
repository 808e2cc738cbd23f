package dev.tollgate.customers.roles;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The log of an organization: what its members and keys have changed. Reads block; thread-safe. */
public record AccountLog(Database database) {

    /** The most rows of one page. */
    public static final int PAGE_MAX = 200;

    /** The most rows that one page with a filter looks through. */
    public static final int LOOKED_MAX = 5_000;

    private static final String PAGE = """
            SELECT number, created_at, actor, address, action, subject, before_json, after_json FROM account_log
            WHERE account_id = ? AND number < ? AND number >= ? AND (? = '' OR actor = ?)
            AND (? = '' OR SUBSTR(action, 1, ?) = ?) AND created_at >= ? AND created_at < ?
            ORDER BY number DESC LIMIT ?""";

    private static final String LAST =
            "SELECT number FROM account_log WHERE account_id = ? AND number < ? ORDER BY number DESC LIMIT 1";

    /** Returns the part, which follows the parts whose changes it records. @param queues take the events that rows are */
    public static Part<?> part(EventQueue... queues) {
        return new LogPart(List.of(queues));
    }

    /** Returns a JSON object for a change. @param members names and their texts in turn */
    public static String json(String... members) {
        ObjectNode json = ApiJson.MAPPER.createObjectNode();
        for (int i = 0; i < members.length; i += 2) {
            json.put(members[i], members[i + 1]);
        }
        return json.toString();
    }

    /** Returns the data of an event of the log. @param after JSON of what is after the change; null for nothing */
    public static String eventData(String subject, String by, @Nullable String after) {
        ObjectNode data =
                ApiJson.MAPPER.createObjectNode().put("subject", subject).put("by", by);
        if (after != null) {
            data.set("after", ApiJson.MAPPER.readTree(after));
        }
        return data.toString();
    }

    /** The change by an action: JSON, or null if there was nothing before or is nothing after. */
    public record Changed(
            @Nullable String beforeJson, @Nullable String afterJson) {}

    /**
     * A row.
     *
     * @param number from 1 in each account, without gaps, in the order of the commits
     * @param actor the id of a person or a key
     */
    public record Line(
            long number,
            Instant at,
            String actor,
            @Nullable String address,
            String action,
            String subject,
            @Nullable String beforeJson,
            @Nullable String afterJson) {}

    /**
     * The wanted rows.
     *
     * @param actor empty for all
     * @param kind the begin of the action, like {@code team}; empty for all
     * @param to exclusive
     */
    public record Filter(String actor, String kind, Instant from, Instant to) {

        public static final Filter ALL = new Filter("", "", Instant.EPOCH, Instant.ofEpochMilli(Long.MAX_VALUE));
    }

    /** Rows. @param next where to look on; null at the end */
    public record Page(List<Line> lines, @Nullable Long next) {}

    /** Returns the newest rows of a filter first; it looks through {@value #LOOKED_MAX} rows. @param before see {@link #page(String, long, int)} */
    public Page page(String accountId, Filter filter, long before, int limit) {
        return database.pages().read(accountId, sql -> {
            Long last = sql.one(LAST, row -> row.getLong(1), accountId, before);
            if (last == null) {
                return new Page(List.of(), null);
            }
            long until = Math.max(1, last + 1 - LOOKED_MAX);
            List<Line> lines = sql.list(
                    PAGE,
                    AccountLog::line,
                    accountId,
                    before,
                    until,
                    filter.actor(),
                    filter.actor(),
                    filter.kind(),
                    filter.kind().length() + 1,
                    filter.kind() + ".",
                    filter.from(),
                    filter.to(),
                    limit);
            Long next = lines.size() == limit
                    ? Long.valueOf(lines.getLast().number())
                    : until > 1 ? Long.valueOf(until) : null;
            return new Page(lines, next);
        });
    }

    private static Line line(ResultSet row) throws SQLException {
        return new Line(
                row.getLong(1),
                Columns.time(row, 2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8));
    }

    /**
     * Returns the newest rows first.
     *
     * @param before the last number of the page before; {@link Long#MAX_VALUE} for the newest
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public List<Line> page(String accountId, long before, int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " lines, not " + limit);
        }
        return page(accountId, Filter.ALL, before, limit).lines();
    }

    private record LogPart(List<EventQueue> queues) implements Part<Act> {

        @Override
        public Class<Act> type() {
            return Act.class;
        }

        @Override
        public void write(Statements statements, List<Act> acts) throws SQLException {
            for (Act act : acts) {
                act.write(statements, queues);
            }
        }
    }

    /**
     * Checks once more that the role has the right, and writes the row. In one unit with the change, and with the account's lock: two rows of an
     * account never get the same number. The outcome is whether a row was written.
     */
    static final class Act extends Decision<Boolean> {

        private static final String NOW =
                "SELECT role, " + MemberSql.ADMINISTERS + " FROM member WHERE id = ? AND left_at IS NULL";
        private static final String KEY = "SELECT 1 FROM api_key WHERE id = ? AND deleted_at IS NULL AND disabled = 0";
        private static final String INSERT = """
                INSERT INTO account_log (account_id, number, created_at, actor, address, action, subject, before_json, after_json)
                SELECT id, log_number, ?, ?, ?, ?, ?, ?, ? FROM account WHERE id = ?""";
        private static final String NUMBER = "SELECT log_number FROM account WHERE id = ?";

        private final Acting by;
        private final Right right;
        private final String action;
        private final String subject;
        private final Instant at;
        private final Supplier<@Nullable Changed> changed;

        Act(Acting by, Right right, String action, String subject, Instant at, Supplier<@Nullable Changed> changed) {
            this.by = by;
            this.right = right;
            this.action = action;
            this.subject = subject;
            this.at = at;
            this.changed = changed;
        }

        String action() {
            return action;
        }

        private void write(Statements statements, List<EventQueue> queues) throws SQLException {
            Changed what = changed.get();
            decide(what != null);
            if (what == null) {
                return;
            }
            requireRight(statements);
            Account.Change.LOG_NUMBER.run(statements, by.accountId());
            statements.run(
                    INSERT,
                    at,
                    by.who(),
                    by.address(),
                    action,
                    subject,
                    what.beforeJson(),
                    what.afterJson(),
                    by.accountId());
            MemberEvent event = MemberEvent.of(action);
            if (event != null) {
                long number = statements.number(NUMBER, by.accountId());
                String data = eventData(subject, by.who(), what.afterJson());
                for (EventQueue queue : queues) {
                    queue.add(statements, new EventQueue.Event(by.accountId(), number, event, data, at));
                }
            }
        }

        /** The gate and the handler have judged the membership with which the page was opened; a lesser one now has to have the whole right. A key has to work. */
        private void requireRight(Statements statements) throws SQLException {
            if (by.isKey() && !statements.has(KEY, by.who())) {
                throw new RightLost();
            }
            Membership opened = by.membership();
            if (opened == null || right == Right.SELF) {
                return;
            }
            Membership now = statements.one(
                    NOW,
                    row -> new Membership(
                            opened.id(),
                            MemberRole.parse(row.getString(1)),
                            MemberSql.administers(row.getString(2)),
                            true),
                    opened.id());
            boolean isAsOpened = now != null
                    && now.role() == opened.role()
                    && now.administers().containsAll(opened.administers());
            if (now == null || (!isAsOpened && !right.isWhole(now.role()))) {
                throw new RightLost();
            }
        }
    }

    /** Returns the log of an account, for the export and the erasure of accounts: its rows stay without addresses and values. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "organization-log.csv",
                        "what members and keys have changed in the organization",
                        "account_log o",
                        "o.account_id = :account",
                        "o.number o.created_at o.actor o.action o.subject o.before_json o.after_json",
                        "o.account_id o.number"))
                .with(
                        RowErasure.ofPerson(
                                "UPDATE account_log SET address = NULL WHERE actor = ? AND address IS NOT NULL"),
                        RowErasure.ofAccount(
                                "UPDATE account_log SET address = NULL, before_json = NULL, after_json = NULL WHERE account_id = ?"));
    }
}
