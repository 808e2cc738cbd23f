package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.people.Role;
import dev.tollgate.customers.people.RoleChange;
import dev.tollgate.storage.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operator does with those who sign in, each deed in one commit with its row of the audit log. Thread-safe; blocks. */
public final class OperatorPeople {

    private final Deeds deeds;
    private final People people;
    private final InstantSource clock;

    public OperatorPeople(Deeds deeds, People people, InstantSource clock) {
        this.deeds = deeds;
        this.people = people;
        this.clock = clock;
    }

    /**
     * Lets somebody who has lost it sign in with the password alone. Needs a reason.
     *
     * @param login whose; null for all people of the account
     * @return the logins of those who had one
     */
    public List<String> removeSecondFactor(By by, String accountId, @Nullable String login) throws Refused {
        deeds.account(accountId);
        try {
            String reason = by.needReason();
            List<Person> meant = people.ofAccount(accountId).stream()
                    .filter(person -> login == null || person.login().equals(login))
                    .toList();
            if (meant.isEmpty()) {
                throw new Refused(Refused.Why.NOT_FOUND, "Nobody signs in so for the account " + accountId + ".");
            }
            List<String> removed = new ArrayList<>();
            for (Person person : meant) {
                if (remove(by, reason, person)) {
                    removed.add(person.login());
                }
            }
            return removed;
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private boolean remove(By by, String reason, Person person) {
        return people.secondFactor()
                .remove(
                        person.id(),
                        was -> new Deed(
                                by.actor(),
                                "account.remove_second_factor",
                                person.accountId(),
                                reason,
                                clock.instant(),
                                () -> was.getAsBoolean()
                                        ? new Deed.Changed(state(person, true), state(person, false))
                                        : null));
    }

    /**
     * Gives a role, or takes it by giving the other. Needs a reason. To give the same again is no error.
     *
     * @param login whose; null where one alone signs in for the account
     */
    public AdminViews.PersonRole setRole(By by, String accountId, @Nullable String login, Role role) throws Refused {
        deeds.account(accountId);
        try {
            String reason = by.needReason();
            Person person = one(accountId, login);
            RoleChange done = people.operators()
                    .setRole(
                            person.id(),
                            role,
                            isNew -> new Deed(
                                    by.actor(),
                                    "account.set_role",
                                    accountId,
                                    reason,
                                    clock.instant(),
                                    () -> isNew.getAsBoolean()
                                            ? new Deed.Changed(state(person, person.role()), state(person, role))
                                            : null));
            if (done == RoleChange.LAST) {
                throw new Refused(Refused.Why.CONFLICT, "This is the last operator: make somebody else one first.");
            }
            return new AdminViews.PersonRole(accountId, person.login(), role.text());
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    /** Likewise by the login alone. */
    public AdminViews.PersonRole setRole(By by, String login, Role role) throws Refused {
        Person person = people.byLogin(login)
                .orElseThrow(() -> new Refused(Refused.Why.NOT_FOUND, "Nobody signs in as " + login + "."));
        return setRole(by, person.accountId(), person.login(), role);
    }

    private Person one(String accountId, @Nullable String login) throws Refused {
        List<Person> meant = people.ofAccount(accountId).stream()
                .filter(person -> login == null || person.login().equals(login))
                .toList();
        if (meant.isEmpty()) {
            throw new Refused(Refused.Why.NOT_FOUND, "Nobody signs in so for the account " + accountId + ".");
        }
        if (meant.size() > 1) {
            throw new IllegalArgumentException("Several people sign in for this account: say whose login.");
        }
        return meant.getFirst();
    }

    private static String state(Person person, Role role) {
        return new DeedJson()
                .text("person", person.id())
                .text("role", role.text())
                .end();
    }

    /** Lets the first operator in again: another password, no session, no second factor. */
    public AdminViews.NewPassword resetOperator(By by) throws Refused {
        try {
            Person operator = people.person(Person.FIRST_OPERATOR_ID)
                    .orElseThrow(() -> new Refused(
                            Refused.Why.NOT_FOUND,
                            "There is no operator yet: the next start of the server makes one."));
            Deed deed = new Deed(
                    by.actor(),
                    "operator.reset",
                    operator.id(),
                    by.reason(),
                    clock.instant(),
                    () -> new Deed.Changed(null, null));
            return new AdminViews.NewPassword(
                    operator.login(), people.operators().resetPassword(operator, deed));
        } catch (StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private static String state(Person person, boolean hasSecondFactor) {
        return new DeedJson()
                .text("person", person.id())
                .flag("second_factor", hasSecondFactor)
                .end();
    }
}
