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
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Columns;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The store of webhooks: what an organization lists and changes. Thread-safe; blocks. */
public final class Webhooks {

    /** The webhooks that an organization may have. */
    public static final int EACH_MAX = 3;

    /** The time for which the former secret signs, too. */
    static final Duration BOTH = Duration.ofDays(1);

    private static final int CHANGES_DAY = 100;
    private static final int SECRET_BYTES = 24;
    private static final int SHOWN = 20;

    private static final String LIST = """
            SELECT id, url, form, created_at, failing_since, disabled_at, events FROM webhook WHERE account_id = ? ORDER BY created_at, id""";
    private static final String DELIVERIES = """
            SELECT event, created_at, attempts, state, status, due_at, webhook_id, data, id FROM webhook_delivery WHERE account_id = ?
            ORDER BY created_at DESC, id LIMIT ?""";

    private final Database database;
    private final Writer writer;
    private final Allowances allowances;
    private final WebhookSeal seal;
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
        this.seal = new WebhookSeal(secrets);
        this.clock = clock;
        this.random = random;
    }

    /** Returns the deliveries of these webhooks that are due. */
    public DueDeliveries due() {
        return new DueDeliveries(database, writer, seal, clock);
    }

    /** Returns the part that stores webhooks and deliveries. It precedes the part of the organization's log. */
    public static Part<?> part() {
        return new WritePart<>(WebhookChange.class);
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
     * @param events names of those that it receives, or of groups with those of later versions; null for the group of the organization
     * @param failingSince when its deliveries began to fail; null if the last one arrived
     * @param disabledAt when it was disabled since its deliveries failed; null if it is not
     */
    public record Webhook(
            String id,
            String url,
            Form form,
            @Nullable List<String> events,
            Instant createdAt,
            @Nullable Instant failingSince,
            @Nullable Instant disabledAt) {

        /** Returns whether it receives an event. */
        public boolean receives(WebhookEvent event) {
            String group = event.group().text();
            return events == null
                    ? event.group() == WebhookEvent.Group.ORGANIZATION
                    : events.contains(event.text()) || events.contains(group);
        }
    }

    /**
     * A delivery.
     *
     * @param state waiting, sent or failed
     * @param status of the last response; 0 for none
     * @param dueAt the time of the next attempt, if it is waiting
     * @param data JSON of an object
     */
    public record Delivery(
            String event,
            Instant createdAt,
            int attempts,
            String state,
            int status,
            Instant dueAt,
            String webhookId,
            String data,
            String id) {}

    /** Returns an organization's webhooks, the first one first. */
    public List<Webhook> list(String accountId) {
        return database.pages().read(accountId, sql -> sql.list(LIST, this::webhook, accountId));
    }

    private Webhook webhook(ResultSet row) throws SQLException {
        String id = row.getString(1);
        return new Webhook(
                id,
                seal.opened(id, row.getString(2)),
                Form.valueOf(row.getString(3).toUpperCase(Locale.ROOT)),
                row.getString(7) == null ? null : List.of(row.getString(7).split(" ")),
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
                                        row.getString(7),
                                        row.getString(8),
                                        row.getString(9)),
                                accountId,
                                SHOWN));
    }

    // ---- changing ----

    /** Counts a change or a test. @return how long it has to wait; zero if it may be made */
    public Duration countChange(String accountId) {
        return allowances.use(writer, List.of(allowances.of("webhooks", accountId, CHANGES_DAY, Duration.ofDays(1))));
    }

    /** Adds a webhook. @param url that {@code PublicPost} accepts @param events that it receives, at least one @return its secret, shown this once; null if there are {@value #EACH_MAX} */
    public @Nullable String create(Acting by, String url, Form form, List<WebhookEvent> events) {
        String id = "wh_" + hex(10);
        String secret = newSecret();
        String sealedUrl = seal.sealed(id, url);
        String sealed = seal.sealed(id, secret);
        Instant now = clock.instant();
        WebhookChange create = new WebhookChange() {
            @Override
            protected Boolean run(Statements statements) throws SQLException {
                return statements.run(
                                """
                                INSERT INTO webhook (id, account_id, url, form, secret, created_at, events) SELECT ?, ?, ?, ?, ?, ?, ?
                                FROM account WHERE id = ? AND (SELECT COUNT(*) FROM webhook WHERE account_id = account.id) < ?""",
                                id,
                                by.accountId(),
                                sealedUrl,
                                form.text(),
                                sealed,
                                now,
                                stored(events),
                                by.accountId(),
                                EACH_MAX)
                        == 1;
            }
        };
        return commit(by, "webhook.create", id, create) ? secret : null;
    }

    /** Gives a webhook a new secret; the former one signs for another day. @return the new secret; null if there is no such webhook */
    public @Nullable String rotate(Acting by, String id) {
        String secret = newSecret();
        String sealed = seal.sealed(id, secret);
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

    /** Sets the events that a webhook receives. @param events at least one */
    public boolean choose(Acting by, String id, List<WebhookEvent> events) {
        return change(
                by,
                "webhook.events",
                id,
                "UPDATE webhook SET events = ? WHERE id = ? AND account_id = ?",
                stored(events),
                id,
                by.accountId());
    }

    /** Returns the stored form of a choice: a whole group by its name, which includes events of later versions, and that of the organization alone as none. */
    private static @Nullable String stored(List<WebhookEvent> events) {
        if (events.isEmpty()) {
            throw new IllegalArgumentException("events=" + events);
        }
        String stored = Arrays.stream(WebhookEvent.Group.values())
                .flatMap(group -> events.containsAll(group.events())
                        ? Stream.of(group.text())
                        : group.events().stream().filter(events::contains).map(WebhookEvent::text))
                .collect(Collectors.joining(" "));
        return stored.equals(WebhookEvent.Group.ORGANIZATION.text()) ? null : stored;
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
                DeliveryQueue.add(
                        statements, by.accountId(), id, WebhookEvent.TEST, AccountLog.json("by", by.who()), now);
                return false;
            }
        };
        writer.commitAndWait(Unit.of(test));
    }

    private boolean change(Acting by, String action, String id, String sql, @Nullable Object... values) {
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
                                "w.id w.form w.events w.created_at w.old_until:TIME w.failing_since:TIME w.disabled_at",
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
