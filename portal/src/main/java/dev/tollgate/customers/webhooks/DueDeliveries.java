package dev.tollgate.customers.webhooks;

import dev.tollgate.customers.webhooks.Webhooks.Form;
import dev.tollgate.customers.webhooks.Webhooks.WebhookChange;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The store of the deliveries that are due: each is claimed, tried, and ends or becomes due again. Thread-safe; blocks. */
public final class DueDeliveries {

    /** The interval between deletions of old events. */
    public static final Duration FORGET_EVERY = Duration.ofHours(1);

    /** The time without an attempt after which failures are no longer a row: longer than the longest wait for the next attempt. */
    private static final Duration PAUSE = Duration.ofHours(25);

    private static final Duration KEPT = Duration.ofDays(30);

    /** The time for which events of responses and interactions in the background are kept that have arrived, and the number of newer deliveries: there may be many. */
    private static final Duration KEPT_BACKGROUND = Duration.ofDays(1);

    static final int NEWER_MAX = 10_000;

    /** An attempt that failed was due when it was made, or its delivery is due again. */
    private static final String AFTER_PAUSE = """
            UPDATE webhook SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM webhook_delivery d
                WHERE d.webhook_id = webhook.id AND d.attempts > 0 AND d.state <> 'sent' AND d.due_at > ?)""";

    private static final String DUE = """
            SELECT d.id, d.account_id, d.webhook_id, w.url, w.form, w.secret, w.old_secret, w.old_until, d.event, d.data,
                d.created_at, d.attempts
            FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY due_at, id) AS place
                FROM webhook_delivery WHERE state = 'waiting' AND due_at <= ? AND webhook_id IN (
                    SELECT id FROM webhook WHERE disabled_at IS NULL AND failing_since IS %s)) first
            JOIN webhook_delivery d ON d.id = first.id JOIN webhook w ON w.id = d.webhook_id
            WHERE first.place <= ? ORDER BY first.place, d.due_at, d.id LIMIT ?""";

    private static final String SILENT = """
            SELECT id FROM webhook WHERE EXISTS (
                SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = webhook.id AND d.created_at < ?)
            ORDER BY id LIMIT ?""";

    private static final int SILENT_EACH = 100;

    private static final String WITH_NEWEST = """
            SELECT w.id, (SELECT d.created_at FROM webhook_delivery d WHERE d.webhook_id = w.id ORDER BY d.created_at DESC LIMIT 1 OFFSET ?)
            FROM webhook w WHERE EXISTS (SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = w.id AND (d.event LIKE 'response.%' OR d.event LIKE 'interaction.%'))""";
    private static final String FORGET_ARRIVED = """
            DELETE FROM webhook_delivery WHERE id IN (
                SELECT id FROM webhook_delivery WHERE webhook_id = ? AND created_at < ? AND state = 'sent' AND (event LIKE 'response.%' OR event LIKE 'interaction.%')
                ORDER BY created_at LIMIT ?)""";

    private static final int ARRIVED_EACH = 500;

    private final Database database;
    private final Writer writer;
    private final WebhookSeal seal;
    private final InstantSource clock;

    DueDeliveries(Database database, Writer writer, WebhookSeal seal, InstantSource clock) {
        this.database = database;
        this.writer = writer;
        this.seal = seal;
        this.clock = clock;
    }

    /**
     * A delivery that is due.
     *
     * @param secrets that sign it, the present one first
     * @param attempt from 1
     */
    record Due(
            String id,
            String accountId,
            String webhookId,
            String url,
            Form form,
            List<String> secrets,
            String event,
            String data,
            Instant createdAt,
            int attempt) {}

    /**
     * Returns the first few due deliveries of each account. The first of every account comes before the second of any.
     *
     * @param failing to webhooks whose last delivery failed; false for all others
     */
    List<Due> due(boolean failing, int most, int each) {
        Instant now = clock.instant();
        String due = DUE.formatted(failing ? "NOT NULL" : "NULL");
        return database.read(sql -> sql.list(due, row -> due(row, now), now, each, most));
    }

    /**
     * Claims a delivery: no other server takes it until the lease ends. After a pause the webhook's failures are no longer a row.
     *
     * @return whether no other has claimed it before
     */
    boolean claim(Due due, Instant until) {
        Instant pauseBegan = clock.instant().minus(PAUSE);
        WebhookChange claim = new WebhookChange() {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                statements.run(AFTER_PAUSE, due.webhookId(), pauseBegan);
                return DeliveryQueue.claim(statements, due.id(), due.attempt(), until);
            }
        };
        writer.commitAndWait(Unit.of(claim));
        return claim.outcome();
    }

    private Due due(ResultSet row, Instant now) throws SQLException {
        String webhook = row.getString(3);
        List<String> secrets = new ArrayList<>(List.of(seal.opened(webhook, row.getString(6))));
        Instant until = Columns.timeOrNull(row, 8);
        if (row.getString(7) != null && until != null && now.isBefore(until)) {
            secrets.add(seal.opened(webhook, row.getString(7)));
        }
        return new Due(
                row.getString(1),
                row.getString(2),
                webhook,
                seal.opened(webhook, row.getString(4)),
                Form.valueOf(row.getString(5).toUpperCase(Locale.ROOT)),
                secrets,
                row.getString(9),
                row.getString(10),
                Columns.time(row, 11),
                row.getInt(12) + 1);
    }

    /**
     * Stores the result of an attempt.
     *
     * @param status of the response; 0 for none
     * @param next when it is tried again; null if it has arrived, or is given up
     * @param disables whether the webhook is disabled
     * @return whether this has disabled the webhook
     */
    boolean ended(Due due, int status, @Nullable Instant next, boolean disables) {
        Instant now = clock.instant();
        boolean arrived = isSuccess(status);
        WebhookChange end = new WebhookChange() {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                String state = arrived ? "sent" : next == null ? "failed" : "waiting";
                DeliveryQueue.end(statements, due.id(), due.attempt(), state, status, next == null ? now : next);
                DeliveryQueue.forget(statements, due.webhookId(), now.minus(KEPT));
                if (arrived) {
                    statements.run("UPDATE webhook SET failing_since = NULL WHERE id = ?", due.webhookId());
                    return false;
                }
                statements.run(
                        "UPDATE webhook SET failing_since = ? WHERE id = ? AND failing_since IS NULL",
                        now,
                        due.webhookId());
                return disables
                        && statements.run(
                                        "UPDATE webhook SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL",
                                        now,
                                        due.webhookId())
                                == 1;
            }
        };
        writer.commitAndWait(Unit.of(end));
        return end.outcome();
    }

    static boolean isSuccess(int status) {
        return status >= 200 && status < 300;
    }

    /** Returns when the deliveries of a webhook began to fail; null if the last one arrived. */
    @Nullable
    Instant failingSince(String id) {
        return database.read(sql ->
                sql.one("SELECT failing_since FROM webhook WHERE id = ?", row -> Columns.timeOrNull(row, 1), id));
    }

    /** Deletes old events, also of webhooks that get no new ones. A few webhooks in each unit of work. Blocks. */
    public void forgetOld() {
        Instant before = clock.instant().minus(KEPT);
        List<String> silent;
        do {
            silent = database.read(sql -> sql.list(SILENT, row -> row.getString(1), before, SILENT_EACH));
            for (String id : silent) {
                writer.commitAndWait(Unit.of(new WebhookChange() {
                    @Override
                    protected Boolean run(Statements statements) throws SQLException {
                        DeliveryQueue.forget(statements, id, before);
                        return true;
                    }
                }));
            }
        } while (silent.size() == SILENT_EACH);
        forgetArrived(clock.instant().minus(KEPT_BACKGROUND));
    }

    private void forgetArrived(Instant aDayAgo) {
        for (Newest each : database.read(sql -> sql.list(WITH_NEWEST, Newest::read, NEWER_MAX))) {
            Instant first = each.first();
            Instant before = first == null || first.isBefore(aDayAgo) ? aDayAgo : first;
            WebhookChange forget;
            do {
                forget = new WebhookChange() {
                    @Override
                    protected Boolean run(Statements statements) throws SQLException {
                        return statements.run(FORGET_ARRIVED, each.webhookId(), before, ARRIVED_EACH) == ARRIVED_EACH;
                    }
                };
                writer.commitAndWait(Unit.of(forget));
            } while (forget.outcome());
        }
    }

    /** The newest deliveries of a webhook. @param first of more than {@link #NEWER_MAX}; null if there are fewer */
    private record Newest(String webhookId, @Nullable Instant first) {

        private static Newest read(ResultSet row) throws SQLException {
            return new Newest(row.getString(1), Columns.timeOrNull(row, 2));
        }
    }
}
