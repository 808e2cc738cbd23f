package dev.tollgate.customers.people;

import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Links that an operator makes for other people, to hand over or to mail, and the operator's test mail. Thread-safe; blocks. */
public final class HandedLinks {

    private final People people;
    private final Database database;
    private final Writer writer;
    private final Outbox outbox;
    private final Letters letters;
    private final InstantSource clock;
    private final RandomGenerator random;

    HandedLinks(
            People people,
            Database database,
            Writer writer,
            Outbox outbox,
            Letters letters,
            InstantSource clock,
            RandomGenerator random) {
        this.people = people;
        this.database = database;
        this.writer = writer;
        this.outbox = outbox;
        this.letters = letters;
        this.clock = clock;
        this.random = random;
    }

    /** A link that an operator has made. @param path the path to hand over; null if the link was mailed */
    public record Handed(PersonLink link, @Nullable String path) {}

    /** Creates a password reset link for the operator to hand over. A person who gets mails can request one without help. @param deed its row of the audit log */
    public Handed resetLink(Person person, Change deed) {
        String token = Tokens.next(random);
        String email = person.email();
        PersonLink link = new PersonLink(
                Tokens.hash(token),
                LinkKind.RESET,
                person.id(),
                null,
                email == null ? "" : email,
                false,
                clock.instant());
        writer.commitAndWait(Unit.of(made(link), deed));
        return new Handed(link, link.kind().path(token));
    }

    /**
     * Invites a person, by mail if mail is on.
     *
     * @param accountId the account to join; null for a new account
     * @param once the idempotency key of the invitation; null creates a new one each time
     * @param deed its row of the audit log
     * @throws IllegalArgumentException with a sentence if the address is malformed or already has an account
     */
    public Handed invite(String typed, @Nullable String accountId, @Nullable String once, Change deed) {
        String email = typed.strip();
        requireAddress(email);
        if (people.byLogin(email).isPresent()) {
            throw new IllegalArgumentException("This address has an account already.");
        }
        String token = once == null
                ? Tokens.next(random)
                : people.drawnToken("invitations", once + " " + accountId + " " + email);
        PersonLink link = new PersonLink(
                Tokens.hash(token), LinkKind.INVITE, null, accountId, email, outbox.isOn(), clock.instant());
        String path = link.kind().path(token);
        Handed handed = new Handed(link, outbox.isOn() ? null : path);
        List<Change> changes = new ArrayList<>(List.of(made(link), deed));
        if (outbox.isOn()) {
            changes.add(outbox.needed(
                    null, letters.invitation(email, path, link.kind().good())));
        }
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreException e) {
            if (e.mayHaveTakenEffect() || once == null || !isMade(link)) {
                throw e;
            }
        }
        return handed;
    }

    private boolean isMade(PersonLink link) {
        return database.read(sql -> sql.has("SELECT 1 FROM person_link WHERE hash = ?", link.hash()));
    }

    /**
     * Sends a test mail.
     *
     * @param deed its row of the audit log
     * @throws IllegalArgumentException with a sentence if mail is off or the address is malformed
     */
    public void testMail(String typed, Change deed) {
        if (!outbox.isOn()) {
            throw new IllegalArgumentException("Mails are off: set mail.host, mail.from and public.url.");
        }
        String email = typed.strip();
        requireAddress(email);
        writer.commitAndWait(Unit.of(outbox.needed(null, letters.test(email)), deed));
    }

    private static Change made(PersonLink link) {
        return PeopleChange.of(rows -> {
            rows.insertLink(link);
            return true;
        });
    }

    private static void requireAddress(String email) {
        SignIn.Invalid refused = LinkRequests.complaint(email);
        if (refused != null) {
            throw new IllegalArgumentException(refused.message());
        }
    }
}
