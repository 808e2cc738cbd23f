package dev.tollgate.customers.members;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.error.Outcome.Done;
import dev.tollgate.customers.keys.LeaversKeys;
import dev.tollgate.customers.people.Links;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Sessions;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.AccountLog.Changed;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A change of one membership, under the lock of its account. */
class MemberChange extends Write<Outcome<String>> {

    private static final String ROLE = """
            SELECT member.role FROM member JOIN person ON person.id = member.person_id
            WHERE member.account_id = ? AND member.id = ? AND member.left_at IS NULL""";
    private static final String OTHER_OWNER = """
            SELECT 1 FROM member JOIN person ON person.id = member.person_id
            WHERE member.account_id = ? AND member.id <> ? AND member.left_at IS NULL AND member.role = 'owner' LIMIT 1""";
    private static final String PERSON = "SELECT person_id FROM member WHERE id = ?";

    private final Acting by;
    private final String memberId;
    private final @Nullable MemberRole role;
    private final @Nullable Instant endsAt;
    private final @Nullable LeaversKeys keys;
    private @Nullable Changed changed;

    private MemberChange(
            Acting by,
            String memberId,
            @Nullable MemberRole role,
            @Nullable Instant endsAt,
            @Nullable LeaversKeys keys) {
        this.by = by;
        this.memberId = memberId;
        this.role = role;
        this.endsAt = endsAt;
        this.keys = keys;
    }

    static MemberChange role(Acting by, String memberId, MemberRole role) {
        return new MemberChange(by, memberId, role, null, null);
    }

    /** @param keys the member's keys, which this unit changes; null only judges whether the membership may end */
    static MemberChange end(Acting by, String memberId, Instant at, @Nullable LeaversKeys keys) {
        return new MemberChange(by, memberId, null, at, keys);
    }

    String memberId() {
        return memberId;
    }

    /** Returns what has changed; null if nothing has. Once applied. */
    @Nullable
    Changed changed() {
        return changed;
    }

    /** @throws IllegalStateException if keys were changed for a membership that does not end: then they stay, too */
    @Override
    protected Outcome<String> run(Statements statements) throws SQLException {
        Outcome<String> outcome = decided(statements);
        if (keys != null && !outcome.isDone()) {
            throw new IllegalStateException("the membership does not end");
        }
        return outcome;
    }

    private Outcome<String> decided(Statements statements) throws SQLException {
        changed = null;
        MemberRole now = roleOf(statements, memberId);
        if (now == null || !mayChange(statements, now)) {
            return notAllowed();
        }
        if (now == role) {
            return new Done<>(memberId);
        }
        if (now == MemberRole.OWNER && !statements.has(OTHER_OWNER, by.accountId(), memberId)) {
            return Members.LAST_OWNER;
        }
        String after;
        if (role == null) {
            if (keys == null) {
                return Members.HAS_KEYS;
            }
            after = keys.json();
            keys.requireNone();
            String person = Objects.requireNonNull(statements.one(PERSON, row -> row.getString(1), memberId));
            Instant at = Objects.requireNonNull(endsAt);
            Links.endInvitations(statements, at, by.accountId(), person);
            People.endMembership(statements, memberId, at);
        } else {
            after = json(role);
            People.setRole(statements, memberId, role);
        }
        changed = new Changed(json(now), after);
        return new Done<>(memberId);
    }

    /** Returns the refusal if the member has left, or the role of who makes the change does not suffice. */
    private Outcome<String> notAllowed() {
        if (by.isKey()) {
            return new Outcome.Refused<>(ApiError.of(
                            ErrorCode.INVALID_API_KEY,
                            "A key cannot change or remove owners and admins. Sign in to do so.")
                    .withStatus(403));
        }
        return by.isOperator()
                ? Outcome.refused(404, Members.NONE)
                : Outcome.refused(403, sentence("Your role does not include this, or the member has left."));
    }

    private static String json(MemberRole role) {
        return AccountLog.json("role", role.text());
    }

    private @Nullable MemberRole roleOf(Statements statements, String id) throws SQLException {
        String text = statements.one(ROLE, row -> row.getString(1), by.accountId(), id);
        return text == null ? null : MemberRole.parse(text);
    }

    /**
     * Returns whether the present role of who changes it suffices: all may leave or step down, owners and the operator change all, admins all
     * but owners, keys {@link MemberRole#OF_KEYS}.
     */
    private boolean mayChange(Statements statements, MemberRole target) throws SQLException {
        if (by.isOperator()) {
            return true;
        }
        if (by.isKey()) {
            return MemberRole.OF_KEYS.contains(target) && (role == null || MemberRole.OF_KEYS.contains(role));
        }
        MemberRole own = by.membership() == null
                ? null
                : roleOf(statements, by.membership().id());
        if (own == null) {
            return false;
        }
        boolean isOwn = by.membership() != null && by.membership().id().equals(memberId);
        if (isOwn && role == null) {
            return true;
        }
        boolean isOfOwners = target == MemberRole.OWNER || role == MemberRole.OWNER;
        return Right.SET_MEMBERS.isWhole(own) || (Right.SET_MEMBERS.isPartly(own) && !isOfOwners);
    }

    /** Shows an account in a session. */
    static final class Open extends MemberChange {

        private final String personId;
        private final String sessionHash;
        private final String accountId;

        Open(String personId, String sessionHash, String accountId) {
            super(new Acting(accountId, personId, null, null), "", null, null, null);
            this.personId = personId;
            this.sessionHash = sessionHash;
            this.accountId = accountId;
        }

        @Override
        protected Outcome<String> run(Statements statements) throws SQLException {
            return Sessions.open(statements, personId, sessionHash, accountId)
                    ? new Done<>(accountId)
                    : Outcome.refused(404, Members.NONE);
        }
    }
}
