package dev.tollgate.customers.mail;

import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.secrets.SealedValues;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.storage.sql.Columns;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
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

    private static final String COUNT =
            "SELECT COUNT(*) FROM (SELECT 1 FROM outgoing_mail WHERE state = 'waiting' LIMIT ?) AS found";
    private static final String COUNT_ACCOUNTS = "SELECT COUNT(*) FROM (SELECT 1 FROM outgoing_mail"
            + " WHERE account_id = ? AND state = 'waiting' LIMIT ?) AS found";
    private static final String COUNT_STRANGERS = "SELECT COUNT(*) FROM (SELECT 1 FROM outgoing_mail"
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
        return new MailPart();
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
        return queuing(accountId, letter, condition, Rank.NEEDED);
    }

    /** Queues a reset or a security notice, which has room of its own beyond other mails. @param condition whether to send it; asked after the change is decided */
    public Decision<Boolean> urgent(String accountId, Letter letter, BooleanSupplier condition) {
        return queuing(accountId, letter, condition, Rank.URGENT);
    }

    /** Queues a mail, unless too many wait; the outcome is whether it was queued. @param condition whether to send it; asked after the change is decided */
    public Decision<Boolean> queue(@Nullable String accountId, Letter letter, BooleanSupplier condition) {
        return queuing(accountId, letter, condition, Rank.USUAL);
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

    /** Returns the texts of waiting mails as they lie in the database. */
    public static SealedValues sealed(SecretBox box) {
        return SealedValues.lasting(
                "waiting mails",
                "body",
                "outgoing_mail WHERE state = 'waiting'",
                new SealedValues.Column(
                        "SELECT id, body FROM outgoing_mail WHERE state = 'waiting' AND id > ? ORDER BY id LIMIT ?",
                        "UPDATE outgoing_mail SET body = ? WHERE id = ? AND body = ?",
                        box.purpose(PURPOSE),
                        id -> id));
    }

    /** Makes a change that gives up the mails that wait: mails of restored books went out before the restore (C32). */
    public static Change giveUp(Instant at) {
        return MailChange.of(rows -> rows.giveUpAll("the books were restored", at));
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
     * @param sentAt when a mail was sent last; null if none was in the days that are kept
     * @param waiting how many wait, counted to a hundred
     * @param reason what the last failure said; null if there was none
     */
    public record State(
            @Nullable Instant sentAt, int waiting, @Nullable String reason) {}

    public State state() {
        return database.read(sql -> new State(
                sql.one(SENT, row -> Columns.timeOrNull(row, 1)),
                (int) sql.number(COUNT, 100),
                sql.one(REASON, row -> row.getString(1))));
    }

    /**
     * A row of the table.
     *
     * @param accountId whose deed it comes from; null if that is a stranger's
     * @param sealedText in Base64
     * @param attempts how often it was claimed, this time included; names the claim
     */
    record WaitingMail(
            String id, @Nullable String accountId, String recipient, String subject, String sealedText, int attempts) {}

    /** A change of the table of mails. */
    static final class MailChange<O> extends Write<O> {

        private final Step<O> step;
        private final boolean isQueuing;

        private MailChange(Step<O> step, boolean isQueuing) {
            this.step = step;
            this.isQueuing = isQueuing;
        }

        /** A change of mails that wait already. */
        static <O> MailChange<O> of(Step<O> step) {
            return new MailChange<>(step, false);
        }

        /** Runs on the writer's thread. */
        @FunctionalInterface
        interface Step<O> {
            O run(MailRows rows) throws SQLException;
        }

        @Override
        protected O run(Statements statements) throws SQLException {
            return step.run(new MailRows(statements));
        }

        /** Returns whether it has queued a mail. Once applied. */
        boolean hasQueued() {
            return isQueuing && outcome().equals(true);
        }
    }

    /** The order in which mails are left out if too many wait. */
    private enum Rank {
        /** The mail is left out. */
        USUAL,
        /** The action is refused. */
        NEEDED,
        /** The mail has room of its own, and is left out beyond that. */
        URGENT
    }

    /**
     * Returns a change that writes a mail in the commit of the action that causes it. The outcome says whether it was written.
     *
     * @param condition asked once the action is decided: if it was not done, nothing is written
     * @param rank what happens if there is no room
     */
    private MailChange<Boolean> queuing(
            @Nullable String accountId, Letter letter, BooleanSupplier condition, Rank rank) {
        WaitingMail mail = sealed(accountId, letter);
        Instant at = clock.instant();
        return new MailChange<>(
                rows -> {
                    boolean wanted = condition.getAsBoolean();
                    boolean fits = wanted && rows.hasRoom(bounds, accountId, rank);
                    if (wanted && !fits && rank == Rank.NEEDED) {
                        throw new IllegalStateException("too many mails wait to be sent");
                    }
                    if (fits) {
                        rows.insert(mail, at);
                    }
                    return fits;
                },
                true);
    }

    /** The table of mails as the writer sees it. Writer's turn only. */
    record MailRows(Statements statements) {

        private static final String INSERT = """
                INSERT INTO outgoing_mail (id, account_id, recipient, subject, body, state, attempts, queued_at, due_at)
                VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?, ?)""";
        private static final String DUE = """
                SELECT id, account_id, recipient, subject, body, attempts FROM outgoing_mail
                WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?""";
        private static final String CLAIM = "UPDATE outgoing_mail SET due_at = ?, attempts = attempts + 1 WHERE id = ?";
        private static final String AGAIN = """
                UPDATE outgoing_mail SET due_at = ?, reason = ? WHERE id = ? AND attempts = ? AND state = 'waiting'""";
        private static final String END = """
                UPDATE outgoing_mail SET state = ?, ended_at = ?, reason = ?, body = '' WHERE id = ? AND attempts = ?
                AND state = 'waiting'""";
        private static final String END_ALL = """
                UPDATE outgoing_mail SET state = 'failed', ended_at = ?, reason = ?, body = '' WHERE state = 'waiting'""";
        private static final String OLD =
                "SELECT id FROM outgoing_mail WHERE state <> 'waiting' AND ended_at < ? ORDER BY ended_at LIMIT ?";

        void insert(WaitingMail mail, Instant at) throws SQLException {
            statements.run(
                    INSERT, mail.id(), mail.accountId(), mail.recipient(), mail.subject(), mail.sealedText(), at, at);
        }

        /** Returns whether one more mail of an account may wait. @param accountId null for a stranger's mail */
        boolean hasRoom(Bounds bounds, @Nullable String accountId, Rank rank) throws SQLException {
            int urgent = rank == Rank.URGENT ? bounds.urgent() : 0;
            int all = bounds.all() * (rank == Rank.URGENT ? 2 : 1);
            int most = (accountId == null ? bounds.strangers() : bounds.account()) + urgent;
            long waiting = accountId == null
                    ? statements.number(COUNT_STRANGERS, most)
                    : statements.number(COUNT_ACCOUNTS, accountId, most);
            return waiting < most && statements.number(COUNT, all) < all;
        }

        /** Takes mails that are due for one sender: until the lease has run out no other takes them. */
        List<WaitingMail> claim(Instant now, Instant until, int most) throws SQLException {
            List<WaitingMail> due = statements.list(
                    DUE + statements.dialect().lock(),
                    row -> new WaitingMail(
                            row.getString(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5),
                            row.getInt(6) + 1),
                    now,
                    most);
            for (WaitingMail mail : due) {
                statements.run(CLAIM, until, mail.id());
            }
            return due;
        }

        /** @return whether the claim still held */
        boolean sent(WaitingMail mail, Instant at) throws SQLException {
            return end(mail, "sent", null, at);
        }

        /** @return whether the claim still held */
        boolean giveUp(WaitingMail mail, String reason, Instant at) throws SQLException {
            return end(mail, "failed", reason, at);
        }

        /** @return their number */
        int giveUpAll(String reason, Instant at) throws SQLException {
            return statements.run(END_ALL, at, reason);
        }

        private boolean end(WaitingMail mail, String state, @Nullable String reason, Instant at) throws SQLException {
            return statements.run(END, state, at, reason, mail.id(), mail.attempts()) == 1;
        }

        /** @param next when it is tried again @return whether the claim still held */
        boolean again(WaitingMail mail, String reason, Instant next) throws SQLException {
            return statements.run(AGAIN, next, reason, mail.id(), mail.attempts()) == 1;
        }

        /** Deletes rows of mails that have ended long ago. @return their number */
        int forget(Instant before, int most) throws SQLException {
            List<String> ids = statements.list(OLD, row -> row.getString(1), before, most);
            for (String id : ids) {
                statements.run("DELETE FROM outgoing_mail WHERE id = ?", id);
            }
            return ids.size();
        }
    }

    /** Applies changes of mails, after the parts that decide the actions that they tell of. */
    @SuppressWarnings("rawtypes") // a class literal has no type arguments
    private final class MailPart extends WritePart<MailChange> {

        MailPart() {
            super(MailChange.class);
        }

        @Override
        public void committed(List<MailChange> changes) {
            if (changes.stream().anyMatch(MailChange::hasQueued)) {
                queued.run();
            }
        }
    }

    /** Returns the mails to a person and of an account, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(ExportFile.of(
                        "mails.csv",
                        "waiting and recent mails to you, without their texts",
                        "outgoing_mail m",
                        """
                    (lower(m.recipient) = (SELECT p.login FROM person p WHERE p.id = :person)
                        OR lower(m.recipient) IN (SELECT lower(l.email) FROM person_link l WHERE l.person_id = :person))""",
                        "m.recipient m.subject m.state m.attempts m.queued_at m.due_at m.ended_at m.reason",
                        "m.id"))
                .with(
                        RowErasure.ofLogin("DELETE FROM outgoing_mail WHERE lower(recipient) = ?"),
                        RowErasure.ofAccount("DELETE FROM outgoing_mail WHERE account_id = ?"));
    }
}
