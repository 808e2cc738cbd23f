package dev.tollgate.customers.notices;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.roles.EventQueue;
import dev.tollgate.customers.roles.MemberEvent;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells owners and admins by mail who joined an organization, left it or got another role there, and the member, except who has done it. The commit of the
 * change leaves a row, which the commit of the mails takes: each is mailed once, over all servers. Thread-safe; blocks.
 */
public final class MemberNotices {

    public static final Duration EVERY = Duration.ofMinutes(1);

    private static final int ROWS_MAX = 100;

    private static final String WAITING = """
            SELECT n.account_id, n.number, account.name, l.actor, l.action, l.subject, l.after_json,
                COALESCE(NULLIF(person.name, ''), person.login, '') AS who, COALESCE(person.email, '') AS email,
                COALESCE(NULLIF(doer.name, ''), doer.login, '') AS doer
            FROM member_notice n JOIN account ON account.id = n.account_id
                JOIN account_log l ON l.account_id = n.account_id AND l.number = n.number
                LEFT JOIN member ON member.id = l.subject
                LEFT JOIN person ON person.id = COALESCE(member.person_id, l.subject)
                LEFT JOIN person doer ON doer.id = l.actor AND doer.id <> COALESCE(member.person_id, l.subject)
            WHERE n.account_id > ? OR n.account_id = ? AND n.number > ?
            ORDER BY n.account_id, n.number LIMIT\s""" + ROWS_MAX;

    private static final String QUEUE = "INSERT INTO member_notice (account_id, number) VALUES (?, ?)";
    private static final String TAKE = "DELETE FROM member_notice WHERE account_id = ? AND number = ?";

    private final NoticeSender by;

    public MemberNotices(NoticeSender by) {
        this.by = by;
    }

    /**
     * A change.
     *
     * @param who the member's name, or login without one; empty if the person is erased
     * @param email of the member; empty without one
     * @param doer who made it, in the same way; empty for a key, the operator, an erased person, and the member
     */
    private record Waiting(
            String accountId,
            long number,
            String accountName,
            String actor,
            String action,
            String subject,
            @Nullable String afterJson,
            String who,
            String email,
            String doer) {

        static Waiting of(ResultSet row) throws SQLException {
            return new Waiting(
                    row.getString(1),
                    row.getLong(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5),
                    row.getString(6),
                    row.getString(7),
                    row.getString(8),
                    row.getString(9),
                    row.getString(10));
        }

        private MemberEvent event() {
            return Objects.requireNonNull(MemberEvent.of(action), () -> "an action without a mail: " + action);
        }

        Letters.MemberChange change() {
            return new Letters.MemberChange(accountName, who, event(), role(), doer);
        }

        /** Returns the role that the member has now; null without one. */
        private @Nullable MemberRole role() {
            String role = afterJson == null
                    ? ""
                    : ApiJson.MAPPER.readTree(afterJson).path("role").asString("");
            return role.isEmpty() ? null : MemberRole.parse(role);
        }
    }

    /** Queues a mail about an event of the organization's log. Runs in the writer's turn. */
    public static void add(Statements statements, EventQueue.Event event) throws SQLException {
        statements.run(QUEUE, event.accountId(), event.number());
    }

    /** Mails what waits. An account whose mails find no room waits for the next sweep, and delays no other one. */
    public synchronized void sweep() {
        String account = "";
        long number = 0;
        List<Waiting> rows;
        do {
            String from = account;
            long after = number;
            rows = by.list(WAITING, Waiting::of, from, from, after);
            rows.forEach(this::mail);
            account = rows.isEmpty() ? "" : rows.getLast().accountId();
            number = rows.isEmpty() ? 0 : rows.getLast().number();
        } while (rows.size() == ROWS_MAX);
    }

    private void mail(Waiting row) {
        by.tell(
                new Take(row.accountId(), row.number()),
                row.accountId(),
                () -> Readers.ofChange(by.database(), row.accountId(), row.actor(), row.subject()),
                to -> by.letters().memberChanged(to, row.change(), to.equals(row.email())));
    }

    /** Returns the waiting rows, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.erased(RowErasure.ofAccount("DELETE FROM member_notice WHERE account_id = ?"));
    }

    /** Takes a row. The outcome is whether no server has taken it before. */
    private static final class Take extends NoticeRecord {

        private final String accountId;
        private final long number;

        Take(String accountId, long number) {
            super(List.of());
            this.accountId = accountId;
            this.number = number;
        }

        @Override
        protected Boolean run(Statements statements) throws SQLException {
            return statements.run(TAKE, accountId, number) == 1;
        }
    }
}
