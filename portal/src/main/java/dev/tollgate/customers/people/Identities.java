package dev.tollgate.customers.people;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.people.Newcomers.Newcomer;
import dev.tollgate.customers.people.identity.Identity;
import dev.tollgate.customers.people.identity.IdentityProvider;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
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
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Ways in by identities that a provider vouches for. Whoever comes with one is a person here by (issuer, subject) alone: an address is no proof,
 * and an identity becomes a way into what there is already only by who has signed in there. Thread-safe; blocks.
 */
public final class Identities {

    private final People people;
    private final Newcomers newcomers;
    private final @Nullable IdentityProvider provider;
    private final Database database;
    private final Writer writer;
    private final InstantSource clock;
    private final RandomGenerator random;

    /** @param provider null if none is configured; connected identities stay stored */
    public Identities(
            People people,
            Links links,
            @Nullable IdentityProvider provider,
            Database database,
            Writer writer,
            InstantSource clock,
            RandomGenerator random) {
        this.people = people;
        this.newcomers = links.newcomers();
        this.provider = provider;
        this.database = database;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
    }

    /** Returns the provider; null if none is configured. */
    public @Nullable IdentityProvider provider() {
        return provider;
    }

    /** Returns the provider if the person can sign in with it; otherwise null. */
    public @Nullable IdentityProvider providerOf(Person person) {
        IdentityProvider present = provider;
        return present != null
                        && of(person.id()).stream().anyMatch(it -> it.issuer().equals(present.issuer()))
                ? present
                : null;
    }

    /** A way in. @param usedAt null before its first use */
    public record Linked(
            String issuer,
            String subject,
            String label,
            Instant linkedAt,
            @Nullable Instant usedAt) {}

    /** Returns the identities of a person, the oldest first, at most one of each issuer. */
    public List<Linked> of(String personId) {
        return database.read(sql -> sql.list(
                "SELECT issuer, subject, label, linked_at, used_at FROM person_identity"
                        + " WHERE person_id = ? ORDER BY linked_at, issuer LIMIT 20",
                Identities::linked,
                personId));
    }

    private static Linked linked(ResultSet row) throws SQLException {
        return new Linked(
                row.getString("issuer"),
                row.getString("subject"),
                row.getString("label"),
                Columns.time(row, "linked_at"),
                Columns.timeOrNull(row, "used_at"));
    }

    private @Nullable Person person(Identity identity, Visit visit) {
        return people.readFor(
                        visit.network(),
                        sql -> Optional.ofNullable(sql.one(
                                "SELECT " + PersonSql.PERSON
                                        + PersonSql.FROM_PERSON
                                        + "JOIN person_identity ON person_identity.person_id = person.id"
                                        + " WHERE person_identity.issuer = ? AND person_identity.subject = ?",
                                PersonSql::person,
                                identity.issuer(),
                                identity.subject())))
                .orElse(null);
    }

    // ---- coming in ----

    /** Counts a return from the provider before it is checked. @return how long it has to wait; zero if it may be checked */
    public Duration begin(Visit visit) {
        return people.waits().begin(visit);
    }

    /** Takes a return back from the count: it was no guess. */
    public void succeeded(Visit visit) {
        people.waits().succeeded(visit);
    }

    /** @return {@link SignIn.Wrong} if no person has this identity */
    public SignIn signIn(Identity identity, Visit visit) {
        Person person = person(identity, visit);
        if (person == null) {
            return new SignIn.Wrong();
        }
        if (person.accountBlocked()) {
            return new SignIn.Blocked();
        }
        try {
            return people.sessions().begin(person, visit, List.of(used(person.id(), identity)), false);
        } catch (StoreException e) {
            if (e.mayHaveTakenEffect() || person(identity, visit) != null) {
                throw e;
            }
            return new SignIn.Wrong(); // it has just been disconnected
        }
    }

    private Change used(String personId, Identity identity) {
        Instant now = clock.instant();
        return PeopleChange.of(rows -> {
            if (!rows.useIdentity(personId, identity, now)) {
                throw new IllegalStateException("this identity was disconnected");
            }
            return true;
        });
    }

    /** Returns whether an account already has the address that the provider has verified. */
    public boolean isAddressTaken(Identity identity, Visit visit) {
        String email = address(identity);
        return email != null && people.isKnown(Visit.login(email), visit);
    }

    /** Returns whether they, or their address, were given credits to start with in an account that was deleted. @param link null if they were not invited */
    public boolean isStartedBefore(Identity identity, @Nullable PersonLink link) {
        String email = link == null ? address(identity) : link.email();
        return people.startMarks().has(identity.both())
                || (email != null && people.startMarks().has(Visit.login(email)));
    }

    private static @Nullable String address(Identity identity) {
        String email = identity.email();
        return email != null && People.isAddress(email) && Letter.canReach(email) ? email : null;
    }

    /**
     * Creates an account and a person without a password, once, and signs the person in.
     *
     * @return {@link SignIn.Taken} if the address already has an account
     */
    public SignIn signUp(Identity identity, String zone, Visit visit) {
        Duration wait = people.waits().signUp(visit);
        if (wait.isPositive()) {
            return new SignIn.Wait(wait);
        }
        String email = address(identity);
        return make(identity, null, email, email != null, zone, visit);
    }

    /** Creates an invited person in the account of the link. @return {@link SignIn.Wrong} if the link has expired or was used */
    public SignIn join(PersonLink link, Identity identity, String zone, Visit visit) {
        return make(identity, link, link.email(), link.isMailed(), zone, visit);
    }

    private SignIn make(
            Identity identity,
            @Nullable PersonLink link,
            @Nullable String email,
            boolean isConfirmed,
            String zone,
            Visit visit) {
        String id = OwnIds.person(random);
        String login = email == null ? id : Visit.login(email);
        Newcomer newcomer = new Newcomer(
                id,
                link == null ? null : link.accountId(),
                login,
                email,
                isConfirmed,
                name(identity, email),
                Passwords.NONE,
                People.zoneOf(zone),
                identity.both(),
                link == null ? MemberRole.OWNER : link.given());
        if (person(identity, visit) == null) {
            SignIn wrong = make(newcomer, link, identity, visit);
            if (wrong != null && person(identity, visit) == null) { // else the same form came first
                return wrong;
            }
        }
        return signIn(identity, visit);
    }

    private @Nullable SignIn make(Newcomer newcomer, @Nullable PersonLink link, Identity identity, Visit visit) {
        if (people.isKnown(newcomer.login(), visit)) {
            return new SignIn.Taken();
        }
        Instant now = clock.instant();
        return newcomers.make(newcomer, visit, rows -> {
            if (link != null) {
                Links.use(rows, link, now);
                rows.joinTeams(link.hash(), newcomer.personId());
            }
            rows.insertIdentity(newcomer.personId(), identity, now);
            return true;
        });
    }

    private static String name(Identity identity, @Nullable String email) {
        String given = WrittenText.cleaned(identity.name());
        String name = given.isBlank() ? (email == null ? WrittenText.cleaned(identity.label()) : email) : given;
        return name.length() <= People.NAME_CHARS_MAX
                ? name
                : WrittenText.cleaned(name.substring(0, People.NAME_CHARS_MAX)); // it may end within a character
    }

    // ---- of who is signed in ----

    /** Returns whether this is the identity by which they are known: then it counts like the password. */
    public boolean prove(BrowserSession session, Identity identity, Visit visit) {
        Person person = person(identity, visit);
        if (person == null || !person.id().equals(session.person().id())) {
            return false;
        }
        people.sessions().proved(session);
        return true;
    }

    /**
     * Makes it a way in; to do it twice is no error.
     *
     * @param with what is committed with it
     * @return false if it is another person's, or they have one of this issuer already
     */
    public boolean connect(Person person, Identity identity, Visit visit, List<Change> with) {
        Person known = person(identity, visit);
        if (known != null) {
            return known.id().equals(person.id());
        }
        Instant now = clock.instant();
        List<Change> changes = new ArrayList<>(with);
        changes.add(PeopleChange.of(rows -> {
            rows.insertIdentity(person.id(), identity, now);
            return true;
        }));
        try {
            writer.commitAndWait(Unit.of(changes));
            return true;
        } catch (StoreException e) {
            if (e.mayHaveTakenEffect()) {
                throw e;
            }
            Person since = person(identity, visit);
            return since != null && since.id().equals(person.id());
        }
    }

    /**
     * Disconnects an identity and ends every other session.
     *
     * @return false if it is the only way in: without a password it stays
     */
    public boolean disconnect(BrowserSession session, String issuer) {
        String personId = session.person().id();
        PeopleChange<Boolean> change = PeopleChange.of(rows -> {
            boolean isGone = rows.removeIdentity(personId, issuer);
            if (isGone) {
                rows.endSessions(personId, session.hash());
            }
            return isGone;
        });
        writer.commitAndWait(Unit.of(change));
        return change.outcome();
    }
}
