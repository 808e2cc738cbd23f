package dev.tollgate.customers.departure;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Fact;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.books.ledger.Balance;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.customers.keys.LeaversKeys;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Ends accounts, and lets people leave them. Durable when a method returns. Thread-safe; blocks. */
public record Leaving(
        Database database,
        People people,
        Keys keys,
        Writer writer,
        Plans plans,
        Holdings holdings,
        InstantSource clock) {

    /** The row of the operator's audit log for a person who leaves an account that others keep. */
    public static final DeedKind LEAVE = new DeedKind(
            "account.leave",
            sentence("Left the account"),
            new Fact("left", sentence("Person who left"), Fact.Kind.PERSON).told(Fact.Told.ALWAYS));

    /** The time for which a customer can still pay on a payment page of the payment service. */
    private static final Duration PAYABLE = Duration.ofDays(1);

    /** The number of times that keys are read again before an erasure gives up. */
    private static final int TRIES = 5;

    /** The part that erases; behind all whose tables it touches. */
    public static Part<?> part() {
        return new WritePart<>(Erasure.class);
    }

    /** Returns other people of the same account, at most one page. */
    public List<Person> others(Person person) {
        return people.ofAccount(person.accountId()).stream()
                .filter(each -> !each.id().equals(person.id()))
                .toList();
    }

    /** Returns whether the account has other members and no other owner. */
    public boolean isLastOwner(Person person) {
        List<Person> others = others(person);
        return person.membership() != null
                && !others.isEmpty()
                && others.stream().noneMatch(Leaving::isOwner);
    }

    private static boolean isOwner(Person person) {
        Membership membership = person.membership();
        return membership != null && membership.role() == MemberRole.OWNER;
    }

    /** Returns whether no other operator would remain. */
    public boolean isLastOperator(Person person) {
        return person.isOperator() && !people.hasOtherOperator(person.accountId(), person.id());
    }

    /** Returns whether a payment was begun that can still be finished. */
    public boolean hasOpenPayment(String accountId) {
        Instant since = clock.instant().minus(PAYABLE);
        return database.read(sql -> Payments.hasOpen(sql, accountId, since));
    }

    /**
     * Erases a person; the account ends with its last person. The audit log records it, with lost credits, under the id alone, which no longer
     * identifies the person.
     */
    public Outcome<String> leave(Person person) {
        if (people.isElsewhere(person)) {
            return Outcome.refused(409, sentence("You are a member of several organizations. Leave the others first."));
        }
        if (person.membership() != null && others(person).isEmpty()) {
            return end(person.accountId(), close -> List.of(deed(person, "account.delete", () -> changed(close))));
        }
        if (isLastOwner(person)) {
            return Outcome.refused(409, sentence("You are the last owner. Make another member an owner first."));
        }
        for (int i = 0; i < TRIES; i++) {
            Outcome<String> outcome = erase(person);
            if (outcome != null) {
                return outcome;
            }
        }
        throw new StoreException("the keys of who leaves change all the time");
    }

    /**
     * Erases a person who is in no account.
     *
     * @param row of the audit log, committed with it
     */
    public Outcome<String> forget(Person person, Change row) {
        if (people.isMember(person.id())) {
            return Outcome.refused(
                    409,
                    sentence(
                            "The person is a member of an organization. Remove the person from it first, or delete its account."));
        }
        Erasure erasure = new Erasure(
                holdings, person.accountId(), person.id(), () -> true, people.startMarks()::of, clock.instant());
        try {
            return run(person.accountId(), person.id(), List.of(new TakeAccount(person.accountId()), erasure, row));
        } catch (StoreException e) {
            if (!e.mayHaveTakenEffect() && people.isMember(person.id())) {
                return Outcome.refused(409, sentence("The person has just joined an organization."));
            }
            throw e;
        }
    }

    /** Erases the person and deletes the person's keys. @return null if the keys have changed since they were read: nothing is done then */
    private @Nullable Outcome<String> erase(Person person) {
        Membership membership = person.membership();
        String memberId = membership == null ? "" : membership.id();
        List<String> own = memberId.isEmpty() ? List.of() : keys.owned(person.accountId(), memberId, null);
        KeyChange<Boolean> delete = KeyChange.delete(person.accountId(), memberId, null, own, clock.instant());
        BooleanSupplier isWanted = memberId.isEmpty() ? () -> true : delete::outcome;
        Erasure erasure = new Erasure(
                holdings, person.accountId(), person.id(), isWanted, people.startMarks()::of, clock.instant());
        String left = AccountLog.json("left", person.id());
        Deed deed = deed(person, LEAVE.action(), () -> isWanted.getAsBoolean() ? new Deed.Changed(null, left) : null);
        List<Change> changes = new ArrayList<>(List.of(new TakeAccount(person.accountId())));
        if (membership != null) {
            changes.add(delete);
            changes.add(KeyChange.mark(person.accountId(), person.id(), null, List.of()));
            changes.addAll(logged(person, membership, own, isWanted));
        }
        changes.addAll(List.of(erasure, deed));
        Outcome<String> outcome = run(person.accountId(), person.id(), changes);
        return outcome.isDone() && !erasure.outcome() ? null : outcome;
    }

    /** Returns the row of the organization's log, without an address for the same reason as {@link #told}. */
    private List<Change> logged(Person person, Membership membership, List<String> own, BooleanSupplier isWanted) {
        String before = AccountLog.json("role", membership.role().text());
        String after = LeaversKeys.json(own, Map.of());
        return new Acting(person.accountId(), person.id(), null, null)
                .act(
                        Right.SELF,
                        "member.leave",
                        membership.id(),
                        clock.instant(),
                        () -> isWanted.getAsBoolean() ? new AccountLog.Changed(before, after) : null);
    }

    /** Returns the row of the audit log, without an address, which would outlive all other data about the person. */
    private Deed deed(Person person, String action, Supplier<Deed.@Nullable Changed> changed) {
        return new Deed(new Actor(person.id(), null), action, person.accountId(), null, clock.instant(), changed);
    }

    private static Deed.@Nullable Changed changed(CloseAccount close) {
        if (!(close.outcome() instanceof Outcome.Done<Balance>(Balance before))) {
            return null;
        }
        ObjectNode balance = ApiJson.MAPPER.createObjectNode();
        ApiJson.credits(balance, "balance", before.balanceMicros());
        return new Deed.Changed(ApiJson.MAPPER.writeValueAsString(balance), "{\"deleted\":true}");
    }

    /**
     * Ends an account with all its people. The outcome is its id.
     *
     * @param told what is committed with it, given what is decided
     */
    public Outcome<String> end(String accountId, Function<CloseAccount, List<Change>> told) {
        CloseAccount close = new CloseAccount(accountId, clock.instant());
        List<Change> changes = new ArrayList<>();
        changes.add(close);
        changes.addAll(plans.endWith(accountId, close::isClosed, clock.instant()));
        changes.add(new Erasure(holdings, accountId, null, close::isClosed, people.startMarks()::of, clock.instant()));
        changes.addAll(told.apply(close));
        Outcome<String> outcome = run(accountId, null, changes);
        return outcome.isDone() ? close.outcome().map(_ -> accountId) : outcome;
    }

    private Outcome<String> run(String accountId, @Nullable String personId, List<Change> changes) {
        try {
            writer.commitAndWait(Unit.of(changes));
            return new Outcome.Done<>(accountId);
        } catch (StoreException e) {
            if (!e.mayHaveTakenEffect() && !people.hasOtherOperator(accountId, personId)) {
                return Outcome.refused(409, sentence("The only operator cannot be deleted."));
            }
            throw e;
        }
    }
}
