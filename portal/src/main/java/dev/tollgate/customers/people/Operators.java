package dev.tollgate.customers.people;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.customers.people.PeopleRows.NewPerson;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** People who operate the installation: the first one, and what other operators change about them. Thread-safe; blocks. */
public record Operators(
        Database database,
        Writer writer,
        Passwords passwords,
        SignInWaits waits,
        InstantSource clock,
        RandomGenerator random) {

    private static final String MADE_FROM = "abcdefghjkmnpqrstuvwxyz23456789";
    private static final int MADE_CHARS = 25;

    /** Returns whether there is an operator. */
    public boolean exist() {
        return database.read(sql -> People.one(sql, "WHERE person.role = ? LIMIT 1", Role.OPERATOR.text()))
                .isPresent();
    }

    /**
     * Creates the first operator with an account if there is no operator. If several servers start together, one creates it.
     *
     * @param chosen the password; null to generate a password that must be changed at the first sign-in
     * @return the generated password, to be shown once; null if none was generated
     */
    public @Nullable String ensure(@Nullable String chosen) {
        if (exist()) {
            return null;
        }
        String password = chosen == null ? madePassword() : chosen;
        String hash = chosen == null ? passwords.hashOfRandom(password) : passwords.hashOf("", password);
        Instant now = clock.instant();
        CreateAccount account = new CreateAccount(OwnIds.account(random), "Operator", now);
        NewPerson operator = new NewPerson(
                Person.FIRST_OPERATOR_ID,
                account.id(),
                MemberRole.OWNER,
                Person.FIRST_OPERATOR,
                null,
                "Operator",
                Role.OPERATOR,
                hash,
                chosen == null,
                "UTC",
                null,
                now);
        try {
            writer.commitAndWait(Unit.of(account, addFirst(operator)));
            return chosen == null ? password : null;
        } catch (StoreException e) {
            if (exist()) { // another node came first
                return null;
            }
            throw e;
        }
    }

    /** Adds the first operator unless another server has: servers that start together take turns. */
    private static Change addFirst(NewPerson operator) {
        return PeopleChange.of(rows -> {
            if (!rows.insertFirst(operator)) {
                throw new OtherFirst();
            }
            return true;
        });
    }

    private static final class OtherFirst extends Unit.Refused {

        private static final long serialVersionUID = 1;

        OtherFirst() {
            super("another server has created the first operator");
        }
    }

    /**
     * Changes a person's role and ends their sessions, whose lifetime depends on the role.
     *
     * @param telling creates the record; its condition, asked on the writer's thread, is whether the role changed
     * @return whether it has changed
     */
    public Outcome<Boolean> setRole(String personId, Role role, Function<BooleanSupplier, Change> telling) {
        PeopleChange<Outcome<Boolean>> change = PeopleChange.of(rows -> {
            Set<String> operators = rows.operators();
            if (role == Role.USER && operators.equals(Set.of(personId))) {
                return Outcome.refused(
                        409, sentence("This is the last operator. Make another person an operator first."));
            }
            boolean isNew = rows.update(
                    "UPDATE person SET role = ?, version = version + 1 WHERE id = ? AND role <> ?",
                    role.text(),
                    personId,
                    role.text());
            if (isNew) {
                rows.endSessions(personId, null);
            }
            return new Outcome.Done<>(isNew);
        });
        writer.commitAndWait(Unit.of(
                change,
                telling.apply(() -> change.outcome() instanceof Outcome.Done<Boolean>(Boolean isNew) && isNew)));
        return change.outcome();
    }

    /**
     * Gives an operator a password that was made, to be changed at the sign-in, the role too should it have been taken, and ends all that was good before: sessions, the second factor,
     * identities at a provider.
     *
     * @param with committed with it
     * @return the password, to be shown once
     */
    public String resetPassword(Person person, Change with) {
        String password = madePassword();
        String hash = passwords.hashOfRandom(password);
        writer.commitAndWait(Unit.of(
                PeopleChange.of(rows -> {
                    rows.setPassword(person.id(), hash);
                    rows.update("UPDATE person SET password_due = 1, role = 'operator' WHERE id = ?", person.id());
                    rows.endSessions(person.id(), null);
                    rows.update("DELETE FROM person_identity WHERE person_id = ?", person.id());
                    return rows.removeSecondFactor(person.id());
                }),
                with));
        waits.succeeded(SignInWaits.login(person.login()));
        return password;
    }

    /** Returns a password in groups and without characters that look alike, since people may type it from a screen. */
    private String madePassword() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < MADE_CHARS; i++) {
            password.append(i > 0 && i % 5 == 0 ? "-" : "")
                    .append(MADE_FROM.charAt(random.nextInt(MADE_FROM.length())));
        }
        return password.toString();
    }
}
