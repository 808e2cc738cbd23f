package dev.tollgate.customers.mail;

import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.SecretBox;
import dev.tollgate.storage.sql.Columns;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The mails that wait to be sent. Thread-safe; reads block. */
public final class Outbox {

    /**
     * The number of mails that may wait.
     *
     * @param account of one account
     * @param strangers for strangers together
     * @param all together
     * @param urgent beyond these for resets and security notices
     */
    public record Bounds(int account, int strangers, int all, int urgent) {}

    public static final Bounds BOUNDS = new Bounds(20, 2_000, 10_000, 10);

    static final String COUNT =
            "SELECT COUNT(*) FROM (SELECT 1 FROM outgoing_mail WHERE state = 'waiting' LIMIT ?) AS found";
    static final String COUNT_ACCOUNTS = "SELECT COUNT(*) FROM (SELECT 1 FROM outgoing_mail"
            + " WHERE account_id = ? AND state = 'waiting' LIMIT ?) AS found";
    static final String COUNT_STRANGERS = "SELECT COUNT(*) FROM (SELECT 1 FROM outgoing_mail"
            + " WHERE account_id IS NULL AND state = 'waiting' LIMIT ?) AS found";

    private static final String SENT = "SELECT MAX(ended_at) FROM outgoing_mail WHERE state = 'sent'";
    private static final String REASON = "SELECT reason FROM outgoing_mail WHERE state <> 'sent' AND reason IS NOT NULL"
            + " ORDER BY queued_at DESC, id DESC LIMIT 1";

    /** The purpose under which texts are encrypted; a change would make waiting mails unreadable. */
    private static final String PURPOSE = "outgoing mails";

    private final Database database;
    private final SecretBox.Purpose sealing;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final boolean isOn;
    private final Bounds bounds;
    private volatile Runnable queued = () -> {};

    /** @param isOn whether there is a server to send by, and an address to write into mails */
    public Outbox(
            Database database,
            SecretBox secrets,
            InstantSource clock,
            RandomGenerator random,
            boolean isOn,
            Bounds bounds) {
        this.database = database;
        this.sealing = secrets.purpose(PURPOSE);
        this.clock = clock;
        this.random = random;
        this.isOn = isOn;
        this.bounds = bounds;
    }

    /** Returns the part that writes mails. It comes after the parts that decide their occasion. */
    public Part<?> part() {
        return new MailPart(() -> queued.run());
    }

    /** Returns whether mails are sent at all. */
    public boolean isOn() {
        return isOn;
    }

    /** Sets a listener for commits with new mails. It runs on the writer's thread and must not block. */
    void whenQueued(Runnable action) {
        queued = action;
    }

    /** A mail without which the deed is not to be done: where too many wait already, its unit is refused. */
    public Change needed(@Nullable String accountId, Letter letter) {
        return needed(accountId, letter, () -> true);
    }

    /** Sends a mail that must go with its change. @param condition whether the change took place; asked after it is decided */
    public Change needed(@Nullable String accountId, Letter letter, BooleanSupplier condition) {
        return new QueueMail(bounds, sealed(accountId, letter), condition, QueueMail.Rank.NEEDED, clock.instant());
    }

    /** Queues a reset or a security notice, which has room of its own beyond other mails. @param condition whether to send it; asked after the change is decided */
    public Decision<Boolean> urgent(String accountId, Letter letter, BooleanSupplier condition) {
        return new QueueMail(bounds, sealed(accountId, letter), condition, QueueMail.Rank.URGENT, clock.instant());
    }

    /** Queues a mail, unless too many wait; the outcome is whether it was queued. @param condition whether to send it; asked after the change is decided */
    public Decision<Boolean> queue(@Nullable String accountId, Letter letter, BooleanSupplier condition) {
        return new QueueMail(bounds, sealed(accountId, letter), condition, QueueMail.Rank.USUAL, clock.instant());
    }

    private WaitingMail sealed(@Nullable String accountId, Letter letter) {
        if (!isOn) {
            throw new IllegalStateException("mail is off");
        }
        String id = OwnIds.mail(random);
        byte[] text = sealing.seal(letter.text().getBytes(StandardCharsets.UTF_8), id);
        return new WaitingMail(
                id,
                accountId,
                letter.to(),
                letter.subject(),
                Base64.getEncoder().encodeToString(text),
                0);
    }

    Letter opened(WaitingMail mail) {
        byte[] text = sealing.open(Base64.getDecoder().decode(mail.sealedText()), mail.id());
        return new Letter(mail.recipient(), mail.subject(), new String(text, StandardCharsets.UTF_8));
    }

    /** Returns whether strangers have to be turned away for the present: as many mails wait as may. */
    public boolean isFull() {
        return database.read(sql -> sql.number(COUNT_STRANGERS, bounds.strangers()) >= bounds.strangers()
                || sql.number(COUNT, bounds.all()) >= bounds.all());
    }

    boolean isDue(Instant now) {
        return database.read(
                sql -> sql.has("SELECT 1 FROM outgoing_mail WHERE state = 'waiting' AND due_at <= ? LIMIT 1", now));
    }

    /**
     * The recent state of sending.
     *
     * @param sentAt when a mail was sent last; null where none was in the days that are kept
     * @param waiting how many wait, counted to a hundred
     * @param reason what the last failure said; null where there was none
     */
    public record State(
            @Nullable Instant sentAt, int waiting, @Nullable String reason) {}

    public State state() {
        return database.read(sql -> new State(
                sql.one(SENT, row -> Columns.timeOrNull(row, 1)),
                (int) sql.number(COUNT, 100),
                sql.one(REASON, row -> row.getString(1))));
    }
}
