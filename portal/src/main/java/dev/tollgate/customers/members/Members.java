package dev.tollgate.customers.members;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.customers.keys.LeaversKeys;
import dev.tollgate.customers.keys.LeaversKeys.Leaver;
import dev.tollgate.customers.keys.LeaversKeys.UnresolvedKeys;
import dev.tollgate.customers.people.HandedLinks;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.CountedChanges;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The members of organizations. Thread-safe; blocks. */
public record Members(
        Database database,
        Keys keys,
        Writer writer,
        CountedChanges counted,
        InstantSource clock,
        RandomGenerator random) {

    public static final Sentence NONE = sentence("The member does not exist, or has left.");

    /** The organization would be left without an owner. */
    static final Outcome<String> LAST_OWNER = new Outcome.Refused<>(ApiError.of(
            ErrorCode.LAST_OWNER,
            sentence("This is the last owner. An organization keeps one: make another member an owner first.")));

    /** The keys of the member were changed while they were read, several times. */
    static final Outcome<String> HAS_KEYS =
            Outcome.refused(409, sentence("The keys of the member are being changed. Try again."));

    private static final Outcome<String> NO_ROOM = Outcome.refused(409, LeaversKeys.NO_ROOM);

    private static final String ROWS = """
            SELECT member.id, member.person_id, member.role, member.created_at, person.login, person.name,
                CASE WHEN person.totp_secret IS NOT NULL THEN 'on' WHEN person.password_hash <> '' THEN 'off' END AS second_factor,
                (SELECT MAX(session.begun_at) FROM session WHERE session.person_id = member.person_id) AS begun_at
            FROM member JOIN person ON person.id = member.person_id
            WHERE member.account_id = ? AND member.left_at IS NULL""";
    private static final String ALL = ROWS + " ORDER BY member.created_at, member.id LIMIT 1000";
    private static final String ONE = ROWS + " AND member.id = ?";
    private static final String MADE = """
            SELECT id FROM api_key WHERE account_id = ? AND created_by = ? AND member_id = '' AND deleted_at IS NULL AND hidden = 0
            ORDER BY id LIMIT 1000""";
    private static final String NAMES = """
            SELECT member.id, member.person_id, COALESCE(NULLIF(person.name, ''), person.login) FROM member JOIN person ON person.id = member.person_id
            WHERE member.account_id = ? LIMIT 5000""";
    private static final String INVITATIONS = """
            SELECT hash, email, role, made_at, ends_at, mailed, teams FROM person_link
            WHERE account_id = ? AND kind = 'invite' AND used_at IS NULL AND ends_at > ?
            ORDER BY made_at DESC, hash LIMIT 1000""";
    private static final String INVITED =
            "SELECT hash, email FROM person_link WHERE account_id = ? AND kind = 'invite' LIMIT 5000";
    private static final String MEMBERSHIPS = """
            SELECT member.account_id, member.id, member.role, account.name FROM member JOIN account ON account.id = member.account_id
            WHERE member.person_id = ? AND member.left_at IS NULL AND account.blocked = 0
            ORDER BY member.created_at, member.id LIMIT 100""";

    /** The number of times that keys are read again before a removal gives up. */
    private static final int TRIES = 5;

    /** Returns the part that changes memberships; behind the ledger's, which locks the accounts. */
    public static Part<?> part() {
        return new WritePart<>(MemberChange.class);
    }

    /**
     * A member.
     *
     * @param signedInAt when the oldest sign-in that still lives began; null if none does
     * @param secondFactor on or off; null for a person who signs in at a provider only
     */
    public record Member(
            String id,
            String personId,
            MemberRole role,
            Instant since,
            String login,
            String name,
            @Nullable Instant signedInAt,
            @Nullable String secondFactor) {

        /** Returns the name, or the login of a member without one. */
        public String shown() {
            return name.isBlank() ? login : name;
        }
    }

    /** An open invitation. @param id names it, and opens nothing @param role null if the operator has invited, as an owner @param teams the ids of its teams */
    public record Invitation(
            String id,
            String email,
            @Nullable MemberRole role,
            Instant madeAt,
            Instant endsAt,
            boolean isMailed,
            List<String> teams) {

        public Invitation {
            teams = List.copyOf(teams);
        }
    }

    /** An organization of a person. */
    public record Organization(String accountId, Membership membership, String name) {}

    // ---- reading ----

    /** Returns the members of an account, the first one first. */
    public List<Member> list(String accountId) {
        return database.pages().read(accountId, sql -> sql.list(ALL, Members::member, accountId));
    }

    public Optional<Member> find(String accountId, String id) {
        return database.pages()
                .read(accountId, sql -> Optional.ofNullable(sql.one(ONE, Members::member, accountId, id)));
    }

    private static Member member(ResultSet row) throws SQLException {
        return new Member(
                row.getString("id"),
                row.getString("person_id"),
                MemberRole.parse(row.getString("role")),
                Columns.time(row, "created_at"),
                row.getString("login"),
                row.getString("name"),
                Columns.timeOrNull(row, "begun_at"),
                row.getString("second_factor"));
    }

    /** Returns the names of an account's members, also of former ones, or the logins of those without one, by the ids of the persons and of the memberships. */
    public Map<String, String> names(String accountId) {
        return database.pages().read(accountId, sql -> {
            Map<String, String> names = new HashMap<>();
            sql.each(
                    NAMES,
                    row -> {
                        names.put(row.getString(1), row.getString(3));
                        names.put(row.getString(2), row.getString(3));
                    },
                    accountId);
            return names;
        });
    }

    /** Returns the keys of a member that are not deleted. */
    public List<Key> keys(String accountId, String memberId) {
        return keys.list(accountId, null, Keys.PAGE_MAX).stream()
                .filter(key -> key.owner().memberId().equals(memberId))
                .toList();
    }

    /** Returns the keys of the account and of its teams that a person has made, whose secrets the person may know. */
    public List<Key> keysMadeBy(String accountId, String personId) {
        Set<String> ids = database.pages()
                .read(accountId, sql -> Set.copyOf(sql.list(MADE, row -> row.getString(1), accountId, personId)));
        return keys.list(accountId, null, Keys.PAGE_MAX).stream()
                .filter(key -> ids.contains(key.id()))
                .toList();
    }

    /** A key whose secret a person who has left may know. @param who the person's login; the id if there is none */
    public record Known(Key key, String who) {}

    /** Returns the keys of an account whose secrets people who have left may know, until they get new ones. */
    public List<Known> known(String accountId) {
        Map<String, String> marked = keys.marked(accountId);
        if (marked.isEmpty()) {
            return List.of();
        }
        Map<String, String> names = names(accountId);
        return keys.list(accountId, null, Keys.PAGE_MAX).stream()
                .filter(key -> marked.containsKey(key.id()))
                .map(key ->
                        new Known(key, names.getOrDefault(marked.get(key.id()), String.valueOf(marked.get(key.id())))))
                .toList();
    }

    /** Returns the open invitations to an account, the newest first. */
    public List<Invitation> invitations(String accountId) {
        Instant now = clock.instant();
        return database.pages().read(accountId, sql -> sql.list(INVITATIONS, Members::invitation, accountId, now));
    }

    private static Invitation invitation(ResultSet row) throws SQLException {
        String role = row.getString("role");
        return new Invitation(
                row.getString("hash"),
                row.getString("email"),
                role == null ? null : MemberRole.parse(role),
                Columns.time(row, "made_at"),
                Columns.time(row, "ends_at"),
                Columns.flag(row, "mailed"),
                Stream.of(row.getString("teams").split(","))
                        .filter(id -> !id.isEmpty())
                        .toList());
    }

    /** Returns the addresses of invitations, open ones and others, by their names in the log, until a sweep has deleted them. */
    public Map<String, String> invited(String accountId) {
        Map<String, String> invited = new HashMap<>();
        database.pages().read(accountId, sql -> {
            sql.each(INVITED, row -> invited.put(HandedLinks.name(row.getString(1)), row.getString(2)), accountId);
            return invited;
        });
        return invited;
    }

    /** Returns the organizations of a person that are not blocked. */
    public List<Organization> of(String personId) {
        return of(database, personId);
    }

    /** Returns the organizations of a person that are not blocked. */
    public static List<Organization> of(Database database, String personId) {
        return database.read(sql -> sql.list(
                MEMBERSHIPS,
                row -> new Organization(
                        row.getString(1),
                        new Membership(row.getString(2), MemberRole.parse(row.getString(3))),
                        row.getString(4)),
                personId));
    }

    // ---- changing ----

    /** Gives a member another role. Only owners change owners, or make one. To give the same again is no error. */
    public Outcome<String> setRole(Acting by, String memberId, MemberRole role) {
        return run(by, MemberChange.role(by, memberId, role), List.of(), "member.role");
    }

    /**
     * Ends a membership, with the member's keys, places in teams and invitations: pages and keys end immediately, on all servers.
     *
     * @param teams the ids of teams that get keys of the member, by the ids of the keys; the other keys are deleted
     */
    public Outcome<String> remove(Acting by, String memberId, Map<String, String> teams) {
        return end(by, memberId, teams, "member.remove");
    }

    /** Ends the membership of who leaves. The last member does not leave, but deletes the account. */
    public Outcome<String> leave(Acting by) {
        String own = by.membership() == null ? "" : by.membership().id();
        return end(by, own, Map.of(), "member.leave");
    }

    /** The first try is without the keys: it judges, and no key is changed if the membership does not end. */
    private Outcome<String> end(Acting by, String memberId, Map<String, String> teams, String action) {
        Instant now = clock.instant();
        Outcome<String> outcome = run(by, MemberChange.end(by, memberId, now, null), List.of(), action);
        String person = find(by.accountId(), memberId).map(Member::personId).orElse("");
        Leaver leaver = new Leaver(by.accountId(), memberId, person, null);
        for (int i = 0; i < TRIES && outcome == HAS_KEYS; i++) {
            List<String> all = keys.owned(by.accountId(), memberId, null);
            LeaversKeys its = new LeaversKeys(leaver, all, teams, by.who(), now, random);
            try {
                outcome = run(by, MemberChange.end(by, memberId, now, its), its.changes(), action);
            } catch (StoreException e) {
                if (!(e.getCause() instanceof UnresolvedKeys left)) {
                    throw e;
                }
                outcome = left.areOthers() ? HAS_KEYS : NO_ROOM;
            }
        }
        return outcome;
    }

    private Outcome<String> run(Acting by, MemberChange change, List<Change> before, String action) {
        List<Change> changes = new ArrayList<>(before);
        changes.add(change);
        // The change has judged the role itself, also of who gives up the own one.
        changes.addAll(by.act(Right.SELF, action, change.memberId(), clock.instant(), change::changed));
        counted.commit(by, changes);
        return change.outcome();
    }

    /** Shows an organization in a session, if the person is a member. @return whether it is shown */
    public boolean open(Person person, String sessionHash, String accountId) {
        MemberChange.Open open = new MemberChange.Open(person.id(), sessionHash, accountId);
        writer.commitAndWait(Unit.of(open));
        return open.outcome().isDone();
    }
}
