package dev.tollgate.customers.webhooks;

import dev.tollgate.customers.roles.EventQueue;
import dev.tollgate.jobs.JobEvents;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;

/** The rows of deliveries. An event is queued for each webhook in the commit of what it reports. All methods run in the writer's turn. */
public final class DeliveryQueue {

    private static final String QUEUE = """
            INSERT INTO webhook_delivery (id, account_id, webhook_id, event, data, created_at, due_at, attempts, state)
            SELECT ? || substr(w.id, 4), w.account_id, w.id, ?, ?, ?, ?, 0, 'waiting' FROM webhook w
            WHERE w.account_id = ? AND w.disabled_at IS NULL
                AND (? = 'webhook.test' OR ' ' || COALESCE(w.events, 'organization') || ' ' LIKE '% ' || ? || ' %'
                    OR ' ' || COALESCE(w.events, 'organization') || ' ' LIKE '% ' || ? || ' %')
                AND (SELECT COUNT(*) FROM webhook_delivery d
                WHERE d.webhook_id = w.id AND d.state = 'waiting') < ?
            ON CONFLICT DO NOTHING""";

    private static final String CLAIM =
            "UPDATE webhook_delivery SET due_at = ?, attempts = ? WHERE id = ? AND attempts = ? AND state = 'waiting'";
    private static final String END =
            "UPDATE webhook_delivery SET state = ?, status = ?, due_at = ? WHERE id = ? AND attempts = ? AND state = 'waiting'";

    private DeliveryQueue() {}

    /** Queues an event of the organization's log. */
    public static void add(Statements statements, EventQueue.Event event) throws SQLException {
        String id = String.valueOf(event.number());
        WebhookEvent kind = named(event.kind().webhookName());
        queue(statements, event.accountId(), id, kind, event.data(), event.at());
    }

    /** Queues an event of a job. */
    public static void add(Statements statements, JobEvents.Event event) throws SQLException {
        String data = WebhookEvent.text(WebhookEvent.ofJob(event.jobId()));
        queue(statements, event.accountId(), event.id(), named(event.name()), data, event.at());
    }

    private static WebhookEvent named(String name) {
        return Objects.requireNonNull(WebhookEvent.of(name), name);
    }

    /**
     * Queues an event for the webhooks that have chosen it.
     *
     * @param id names the event in the account: the same one is queued once
     * @param data JSON of an object
     */
    public static void add(
            Statements statements, String accountId, String id, WebhookEvent event, String data, Instant at)
            throws SQLException {
        queue(statements, accountId, id, event, data, at);
    }

    private static void queue(
            Statements statements, String accountId, String id, WebhookEvent event, String data, Instant at)
            throws SQLException {
        String begin = "msg_" + accountId.substring(accountId.indexOf('_') + 1) + "_" + id;
        String name = event.text();
        WebhookEvent.Group group = event.group();
        statements.run(QUEUE, begin, name, data, at, at, accountId, name, name, group.text(), group.waitingMax());
    }

    /**
     * Claims a delivery: no other server takes it until the lease ends.
     *
     * @param attempt from 1
     * @return whether no other has claimed it before
     */
    static boolean claim(Statements statements, String id, int attempt, Instant until) throws SQLException {
        return statements.run(CLAIM, until, attempt, id, attempt - 1) == 1;
    }

    /** Ends an attempt. @param state the delivery's @param status of the response @param dueAt when it is tried again, or was ended */
    static void end(Statements statements, String id, int attempt, String state, int status, Instant dueAt)
            throws SQLException {
        statements.run(END, state, status, dueAt, id, attempt);
    }

    /** Deletes the deliveries of a webhook that were queued before a time. */
    static void forget(Statements statements, String webhookId, Instant before) throws SQLException {
        statements.run("DELETE FROM webhook_delivery WHERE webhook_id = ? AND created_at < ?", webhookId, before);
    }
}
