package dev.tollgate.customers.webhooks;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Columns;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The store of webhooks and their deliveries. Thread-safe; blocks. */
public final class Webhooks {

    /** The interval between deletions of old events. */
    public static final Duration FORGET_EVERY = Duration.ofHours(6);

    /** The webhooks that an organization may have. */
    public static final int EACH_MAX = 3;

    /** The time for which the former secret signs, too. */
    static final Duration BOTH = Duration.ofDays(1);

    /** The time without an attempt after which failures are no longer a row: longer than the longest wait for the next attempt. */
    private static final Duration PAUSE = Duration.ofHours(25);

    private static final Duration KEPT = Duration.ofDays(30);
    private static final int CHANGES_DAY = 100;
    private static final int SECRET_BYTES = 24;
    private static final int SHOWN = 20;

    private static final String LIST = """
            SELECT id, url, form, created_at, failing_since, disabled_at FROM webhook WHERE account_id = ? ORDER BY created_at, id""";
    private static final String DELIVERIES = """
            SELECT event, created_at, attempts, state, status, due_at, webhook_id FROM webhook_delivery WHERE account_id = ?
            ORDER BY created_at DESC, id LIMIT ?""";

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

    private final Database database;
    private final Writer writer;
    private final Allowances allowances;
    /** Never to be changed. */
    private static final String PURPOSE = "webhooks";

    private final SecretBox.Purpose sealing;
    private final InstantSource clock;
    private final SecureRandom random;

    public Webhooks(
            Database database,
            Writer writer,
            Allowances allowances,
            SecretBox secrets,
            InstantSource clock,
            SecureRandom random) {
        this.database = database;
        this.writer = writer;
        this.allowances = allowances;
        this.sealing = secrets.purpose(PURPOSE);
        this.clock = clock;
        this.random = random;
    }

    /** Returns the part that stores webhooks and deliveries. It precedes the part of the organization's log. */
    public static Part<?> part() {
        return new WritePart<>(WebhookChange.class);
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
    }

    /** The form of a delivery's body. */
    public enum Form {
        STANDARD,
        SLACK;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A webhook.
     *
     * @param failingSince when its deliveries began to fail; null if the last one arrived
     * @param disabledAt when it was disabled since its deliveries failed; null if it is not
     */
    public record Webhook(
            String id,
            String url,
            Form form,
            Instant createdAt,
            @Nullable Instant failingSince,
            @Nullable Instant disabledAt) {}

    /**
     * A delivery.
     *
     * @param state waiting, sent or failed
     * @param status of the last response; 0 for none
     * @param dueAt the time of the next attempt, if it is waiting
     */
    public record Delivery(
            String event, Instant createdAt, int attempts, String state, int status, Instant dueAt, String webhookId) {}

    /** Returns an organization's webhooks, the first one first. */
    public List<Webhook> list(String accountId) {
        return database.pages().read(accountId, sql -> sql.list(LIST, this::webhook, accountId));
    }

    private Webhook webhook(ResultSet row) throws SQLException {
        String id = row.getString(1);
        return new Webhook(
                id,
                opened(id, row.getString(2)),
                Form.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                Columns.time(row, 4),
                Columns.timeOrNull(row, 5),
                Columns.timeOrNull(row, 6));
    }

    /** Returns the latest deliveries of all webhooks of an organization, the newest first. */
    public List<Delivery> deliveries(String accountId) {
        return database.pages()
                .read(
                        accountId,
                        sql -> sql.list(
                                DELIVERIES,
                                row -> new Delivery(
                                        row.getString(1),
                                        Columns.time(row, 2),
                                        row.getInt(3),
                                        row.getString(4),
                                        row.getInt(5),
                                        Columns.time(row, 6),
                                        row.getString(7)),
                                accountId,
                                SHOWN));
    }

    // ---- changing ----

    /** Counts a change or a test. @return how long it has to wait; zero if it may be made */
    public Duration countChange(String accountId) {
        return allowances.use(writer, List.of(allowances.of("webhooks", accountId, CHANGES_DAY, Duration.ofDays(1))));
    }

    /** Adds a webhook. @param url that {@code PublicPost} accepts @return its secret, shown this once; null if there are {@value #EACH_MAX} */
    public @Nullable String create(Acting by, String url, Form form) {
        String id = "wh_" + hex(10);
        String secret = newSecret();
        String sealedUrl = sealed(id, url);
        String sealed = sealed(id, secret);
        Instant now = clock.instant();
        WebhookChange create = new WebhookChange() {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                return statements.run(
                                """
                                INSERT INTO webhook (id, account_id, url, form, secret, created_at) SELECT ?, ?, ?, ?, ?, ?
                                FROM account WHERE id = ? AND (SELECT COUNT(*) FROM webhook WHERE account_id = account.id) < ?""", id, by.accountId(), sealedUrl, form.text(), sealed, now, by.accountId(), EACH_MAX)
                        == 1;
            }
        };
        return commit(by, "webhook.create", id, create) ? secret : null;
    }

    /** Gives a webhook a new secret; the former one signs for another day. @return the new secret; null if there is no such webhook */
    public @Nullable String rotate(Acting by, String id) {
        String secret = newSecret();
        String sealed = sealed(id, secret);
        Instant until = clock.instant().plus(BOTH);
        return change(
                        by,
                        "webhook.rotate",
                        id,
                        "UPDATE webhook SET old_secret = secret, old_until = ?, secret = ? WHERE id = ? AND account_id = ?",
                        until,
                        sealed,
                        id,
                        by.accountId())
                ? secret
                : null;
    }

    /** Enables a disabled webhook. */
    public boolean enable(Acting by, String id) {
        return change(
                by,
                "webhook.enable",
                id,
                "UPDATE webhook SET disabled_at = NULL, failing_since = NULL WHERE id = ? AND account_id = ? AND disabled_at IS NOT NULL",
                id,
                by.accountId());
    }

    /** Deletes a webhook with its deliveries. */
    public boolean delete(Acting by, String id) {
        WebhookChange delete = new WebhookChange() {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                boolean isOne =
                        statements.run("DELETE FROM webhook WHERE id = ? AND account_id = ?", id, by.accountId()) == 1;
                if (isOne) {
                    DeliveryQueue.forget(statements, id, Instant.ofEpochMilli(Long.MAX_VALUE));
                }
                return isOne;
            }
        };
        return commit(by, "webhook.delete", id, delete);
    }

    /** Sends an event of no meaning to all webhooks, to try them. */
    public void test(Acting by) {
        Instant now = clock.instant();
        String id = "test_" + hex(6);
        WebhookChange test = new WebhookChange() {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                DeliveryQueue.add(statements, by.accountId(), id, "webhook.test", AccountLog.json("by", by.who()), now);
                return false;
            }
        };
        writer.commitAndWait(Unit.of(test));
    }

    private boolean change(Acting by, String action, String id, String sql, Object... values) {
        return commit(by, action, id, new WebhookChange() {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                return statements.run(sql, values) == 1;
            }
        });
    }

    private boolean commit(Acting by, String action, String id, WebhookChange change) {
        List<Change> all = new ArrayList<>(List.of(change));
        all.addAll(by.act(
                Right.WEBHOOKS,
                action,
                id,
                clock.instant(),
                () -> change.outcome() ? new AccountLog.Changed(null, null) : null));
        writer.commitAndWait(Unit.of(all));
        return change.outcome();
    }

    private String newSecret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return "whsec_" + Base64.getEncoder().encodeToString(bytes);
    }

    private String hex(int bytes) {
        byte[] drawn = new byte[bytes];
        random.nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    private String sealed(String id, String secret) {
        return Base64.getEncoder().encodeToString(sealing.seal(secret.getBytes(StandardCharsets.UTF_8), id));
    }

    /** Returns what is sealed of webhooks as it lies in the database. */
    public static List<SealedValues> sealed(SecretBox box) {
        SecretBox.Purpose purpose = box.purpose(PURPOSE);
        return List.of(
                sealed(
                        purpose,
                        "addresses of webhooks",
                        "url",
                        "SELECT id, url FROM webhook WHERE id > ? ORDER BY id LIMIT ?",
                        "UPDATE webhook SET url = ? WHERE id = ? AND url = ?"),
                sealed(
                        purpose,
                        "secrets of webhooks",
                        "secret",
                        "SELECT id, secret FROM webhook WHERE id > ? ORDER BY id LIMIT ?",
                        "UPDATE webhook SET secret = ? WHERE id = ? AND secret = ?"),
                sealed(
                        purpose,
                        "former secrets of webhooks",
                        "old_secret",
                        "SELECT id, old_secret FROM webhook WHERE old_secret IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
                        "UPDATE webhook SET old_secret = ? WHERE id = ? AND old_secret = ?"));
    }

    private static SealedValues sealed(
            SecretBox.Purpose purpose, String kind, String column, String found, String changed) {
        return SealedValues.lasting(
                kind,
                column,
                "webhook WHERE " + column + " IS NOT NULL",
                new SealedValues.Column(found, changed, purpose, id -> id));
    }

    private String opened(String id, String sealed) {
        return new String(sealing.open(Base64.getDecoder().decode(sealed), id), StandardCharsets.UTF_8);
    }

    // ---- sending ----

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
        List<String> secrets = new ArrayList<>(List.of(opened(webhook, row.getString(6))));
        Instant until = Columns.timeOrNull(row, 8);
        if (row.getString(7) != null && until != null && now.isBefore(until)) {
            secrets.add(opened(webhook, row.getString(7)));
        }
        return new Due(
                row.getString(1),
                row.getString(2),
                webhook,
                opened(webhook, row.getString(4)),
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

    /** A change of webhooks or deliveries. The outcome is whether it took place. */
    abstract static class WebhookChange extends Write<Boolean> {}

    /** Returns the webhooks of an account, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(
                        ExportFile.of(
                                "webhooks.csv",
                                "addresses that receive events, without URL and secret",
                                "webhook w",
                                "w.account_id = :account",
                                "w.id w.form w.created_at w.old_until:TIME w.failing_since:TIME w.disabled_at",
                                "w.id"),
                        ExportFile.of(
                                "webhook-deliveries.csv",
                                "events that were sent in the last 30 days",
                                "webhook_delivery d",
                                "d.account_id = :account",
                                "d.webhook_id d.event d.created_at d.attempts d.state d.status",
                                "d.id"))
                .with(
                        RowErasure.ofAccount("DELETE FROM webhook WHERE account_id = ?"),
                        RowErasure.ofAccount("DELETE FROM webhook_delivery WHERE account_id = ?"));
    }
}
