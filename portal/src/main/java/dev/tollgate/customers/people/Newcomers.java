package dev.tollgate.customers.people;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.FreeCredits;
import dev.tollgate.customers.people.PeopleRows.NewPerson;
import dev.tollgate.customers.people.identity.Identity;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Creates people who come by a link or an identity, and grants the start credits of their accounts. Thread-safe; blocks. */
record Newcomers(
        People people, Database database, Writer writer, SignUp signUp, InstantSource clock, RandomGenerator random) {

    /**
     * Creates a person, and an account with start credits if the person joins no other account.
     *
     * @param with runs after the person's row is written; an exception undoes the whole change
     * @return null if the person was created
     */
    @Nullable
    SignIn make(Newcomer newcomer, Visit visit, PeopleChange.Step<Boolean> with) {
        Instant now = clock.instant();
        List<Change> changes = new ArrayList<>();
        String accountId = newcomer.accountId();
        if (accountId == null) {
            accountId = OwnIds.account(random);
            changes.addAll(account(accountId, newcomer, now));
        } else {
            changes.addAll(joins(accountId, newcomer.personId(), newcomer.role(), visit, now, () -> true));
        }
        NewPerson person = person(newcomer, accountId, visit, now);
        changes.add(PeopleChange.of(rows -> {
            rows.insert(person);
            if (newcomer.accountId() == null) {
                rows.setLanguageOfAccount(person);
            }
            if (newcomer.isConfirmed()) {
                rows.update("UPDATE person SET confirmed_at = ? WHERE id = ?", now, person.id());
            }
            return with.run(rows);
        }));
        try {
            writer.commitAndWait(Unit.of(changes));
            return null;
        } catch (StoreException e) {
            if (e.mayHaveTakenEffect()) {
                throw e;
            }
            return people.isKnown(newcomer.login(), visit) ? new SignIn.Taken() : new SignIn.Wrong();
        }
    }

    private static NewPerson person(Newcomer newcomer, String accountId, Visit visit, Instant now) {
        return new NewPerson(
                newcomer.personId(),
                accountId,
                newcomer.role(),
                newcomer.login(),
                newcomer.email(),
                newcomer.name(),
                Role.USER,
                newcomer.hash(),
                false,
                newcomer.zone(),
                visit.language(),
                now);
    }

    /** Returns what goes with a new membership into its commit: the account's lock and the row of its log. */
    static List<Change> joins(
            String accountId, String personId, MemberRole role, Visit visit, Instant now, BooleanSupplier isDone) {
        String after = AccountLog.json("role", role.text());
        return new Acting(accountId, personId, visit.address(), null)
                .act(
                        Right.SELF,
                        "member.join",
                        personId,
                        now,
                        () -> isDone.getAsBoolean() ? new AccountLog.Changed(null, after) : null);
    }

    private List<Change> account(String id, Newcomer newcomer, Instant now) {
        List<Change> changes = new ArrayList<>();
        changes.add(new CreateAccount(id, cut(newcomer.name()), now));
        String identity = newcomer.identity();
        List<String> names = identity == null ? List.of(newcomer.login()) : List.of(newcomer.login(), identity);
        changes.addAll(signUp.credits()
                .changes(id, newcomer.isConfirmed(), people.startMarks().ofAll(names), now));
        return changes;
    }

    private static String cut(String name) {
        return name.length() <= CreateAccount.NAME_CHARS_MAX
                ? name
                : WrittenText.cleaned(name.substring(0, CreateAccount.NAME_CHARS_MAX));
    }

    /** Returns the grant of start credits if it waited for a confirmed address. */
    List<Change> creditsOfConfirming(Person person, String login, Instant now) {
        Membership membership = person.membership();
        boolean isOwner = membership != null && membership.role() == MemberRole.OWNER;
        if (!isOwner || person.confirmedAt() != null || FreeCredits.isStarted(database, person.accountId())) {
            return List.of();
        }
        List<String> names = new ArrayList<>(identities(person.id()));
        names.add(login);
        return signUp.credits()
                .changes(person.accountId(), true, people.startMarks().ofAll(names), now);
    }

    private List<String> identities(String personId) {
        return database.read(sql -> sql.list(
                "SELECT issuer, subject FROM person_identity WHERE person_id = ? ORDER BY issuer LIMIT 20",
                row -> Identity.name(row.getString(1), row.getString(2)),
                personId));
    }

    /**
     * A person who is about to be made.
     *
     * @param accountId null: with an account of their own
     * @param email null if none is known
     * @param isConfirmed whether the address was shown to be theirs
     * @param hash of the password; {@link Passwords#NONE} for none
     * @param identity by which a provider knows them, too; null for none
     * @param role in the account
     */
    record Newcomer(
            String personId,
            @Nullable String accountId,
            String login,
            @Nullable String email,
            boolean isConfirmed,
            String name,
            String hash,
            String zone,
            @Nullable String identity,
            MemberRole role) {}
}
