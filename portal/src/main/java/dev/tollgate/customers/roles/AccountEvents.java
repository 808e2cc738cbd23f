package dev.tollgate.customers.roles;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Events of an organization, for its webhooks and mails. An event is queued for each webhook in the commit of what it reports. */
public final class AccountEvents {

    /** The deliveries of a webhook that may wait; past it further events are left out. */
    private static final int WAITING_MAX = 1_000;

    private static final String QUEUE = """
            INSERT INTO webhook_delivery (id, account_id, webhook_id, event, data, created_at, due_at, attempts, state)
            SELECT ? || substr(w.id, 4), w.account_id, w.id, ?, ?, ?, ?, 0, 'waiting' FROM webhook w
            WHERE w.account_id = ? AND w.disabled_at IS NULL AND (SELECT COUNT(*) FROM webhook_delivery d
                WHERE d.webhook_id = w.id AND d.state = 'waiting') < ?
            ON CONFLICT DO NOTHING""";

    private static final String CLAIM =
            "UPDATE webhook_delivery SET due_at = ?, attempts = ? WHERE id = ? AND attempts = ? AND state = 'waiting'";
    private static final String END =
            "UPDATE webhook_delivery SET state = ?, status = ?, due_at = ? WHERE id = ? AND attempts = ? AND state = 'waiting'";

    private static final String TO_MAIL = """
            INSERT INTO member_notice (account_id, number)
            SELECT account_id, MAX(number) FROM account_log WHERE account_id = ? GROUP BY account_id""";

    private static final String NUMBER = "SELECT MAX(number) FROM account_log WHERE account_id = ?";

    private AccountEvents() {}

    /**
     * Queues an event.
     *
     * @param id names the event in the account: the same one is queued once
     * @param data JSON of an object
     */
    public static void queue(Statements statements, String accountId, String id, String event, String data, Instant at)
            throws SQLException {
        String begin = "msg_" + accountId.substring(accountId.indexOf('_') + 1) + "_" + id;
        statements.run(QUEUE, begin, event, data, at, at, accountId, WAITING_MAX);
    }

    /**
     * Claims a delivery: no other server takes it until the lease ends.
     *
     * @param attempt from 1
     * @return whether no other has claimed it before
     */
    public static boolean claim(Statements statements, String id, int attempt, Instant until) throws SQLException {
        return statements.run(CLAIM, until, attempt, id, attempt - 1) == 1;
    }

    /** Ends an attempt. @param state the delivery's @param status of the response @param dueAt when it is tried again, or was ended */
    public static void ended(Statements statements, String id, int attempt, String state, int status, Instant dueAt)
            throws SQLException {
        statements.run(END, state, status, dueAt, id, attempt);
    }

    /** Deletes the deliveries of a webhook that were queued before a time. */
    public static void forget(Statements statements, String webhookId, Instant before) throws SQLException {
        statements.run("DELETE FROM webhook_delivery WHERE webhook_id = ? AND created_at < ?", webhookId, before);
    }

    /** Takes a row of the log that waits to be mailed. @return whether no server has taken it before */
    public static boolean takeToMail(Statements statements, String accountId, long number) throws SQLException {
        return statements.run("DELETE FROM member_notice WHERE account_id = ? AND number = ?", accountId, number) == 1;
    }

    /** Queues the event that an action of the organization's log is, once its row is written; nothing for the others. */
    static void queue(
            Statements statements, Acting by, String action, String subject, @Nullable String after, Instant at)
            throws SQLException {
        MemberEvent event = MemberEvent.of(action);
        if (event == null) {
            return;
        }
        ObjectNode data =
                ApiJson.MAPPER.createObjectNode().put("subject", subject).put("by", by.who());
        if (after != null) {
            data.set("after", ApiJson.MAPPER.readTree(after));
        }
        if (event.verb() != null) {
            statements.run(TO_MAIL, by.accountId());
        }
        String number = String.valueOf(statements.number(NUMBER, by.accountId()));
        queue(statements, by.accountId(), number, event.event(), data.toString(), at);
    }
}
