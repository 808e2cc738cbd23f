package dev.tollgate.customers.mail;

import dev.tollgate.base.log.Event;
import dev.tollgate.customers.mail.Outbox.MailChange;
import dev.tollgate.customers.mail.Outbox.WaitingMail;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what lies in the outbox: a round after each commit with mails, and one now and then for what was put off. Thread-safe. */
public final class MailRounds implements AutoCloseable {

    /** The interval of looks for postponed mails, and for mails of servers that are gone. */
    public static final Duration EVERY = Duration.ofSeconds(10);

    static final int AT_ONCE = 5;

    /** The time until other servers may take claimed mails: longer than it can take for all that it claims at once. */
    static final Duration LEASE = Duration.ofSeconds((AT_ONCE + 1L) * MailServer.SECONDS_MAX);

    private static final Duration KEPT = Duration.ofDays(30);
    private static final int FORGET_ROWS = 500;

    /** The waits after the first, the second … failure; after the last a mail is given up. */
    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(3),
            Duration.ofHours(6));

    private static final Logger log = LoggerFactory.getLogger(MailRounds.class);

    private final Outbox outbox;
    private final Writer writer;
    private final MailServer server;
    private final InstantSource clock;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicBoolean wanted = new AtomicBoolean();
    private volatile boolean closed;

    public MailRounds(Outbox outbox, Writer writer, MailServer server, InstantSource clock) {
        this.outbox = outbox;
        this.writer = writer;
        this.server = server;
        this.clock = clock;
        outbox.whenQueued(this::begin);
    }

    /** Starts a round, unless one is running: that one goes on then. From any thread; does not block. */
    public void begin() {
        wanted.set(!closed);
        if (!closed && running.compareAndSet(false, true)) {
            Thread.ofVirtual().name("send-mails").start(this::rounds);
        }
    }

    private void rounds() {
        try {
            while (wanted.getAndSet(false)) {
                while (!closed && round() == AT_ONCE) {
                    log.debug("more mails are due");
                }
            }
            Instant before = clock.instant().minus(KEPT);
            writer.commitAndWait(Unit.of(MailChange.of(rows -> rows.forget(before, FORGET_ROWS))));
        } catch (StoreException e) {
            log.warn(
                    Event.STORE_UNAVAILABLE,
                    "outgoing mails could not be read or updated; retrying: {}",
                    e.getMessage());
        } finally {
            running.set(false);
        }
        if (wanted.get() && !closed) { // asked for between the last look and the end
            begin();
        }
    }

    /** Stops the rounds. A mail in transfer may be sent again by the next process. */
    @Override
    public void close() {
        closed = true;
        wanted.set(false);
    }

    private int round() {
        Instant now = clock.instant();
        if (!outbox.isDue(now)) {
            return 0;
        }
        MailChange<List<WaitingMail>> claim = MailChange.of(rows -> rows.claim(now, now.plus(LEASE), AT_ONCE));
        writer.commitAndWait(Unit.of(claim));
        for (WaitingMail mail : claim.outcome()) {
            if (closed) {
                break; // the claim runs out
            }
            writer.commitAndWait(Unit.of(sent(mail)));
        }
        return claim.outcome().size();
    }

    private MailChange<Boolean> sent(WaitingMail mail) {
        try {
            server.send(outbox.opened(mail), mail.id());
            Instant now = clock.instant();
            return MailChange.of(rows -> rows.sent(mail, now));
        } catch (MailServer.NotSent e) {
            String reason = String.valueOf(e.getMessage());
            Instant now = clock.instant();
            if (e.isFinal() || mail.attempts() > WAITS.size()) {
                log.warn(
                        Event.MAIL_FAILED, "mail {} dropped after {} attempts: {}", mail.id(), mail.attempts(), reason);
                return MailChange.of(rows -> rows.giveUp(mail, reason, now));
            }
            log.info(Event.MAIL_FAILED, "mail {} not sent; retrying: {}", mail.id(), reason);
            Instant next = now.plus(WAITS.get(mail.attempts() - 1));
            return MailChange.of(rows -> rows.again(mail, reason, next));
        } catch (StoreException | IllegalArgumentException e) {
            Instant now = clock.instant();
            return MailChange.of(rows -> rows.giveUp(mail, "The text could not be decrypted.", now));
        }
    }
}
