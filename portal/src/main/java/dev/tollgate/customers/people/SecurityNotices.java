package dev.tollgate.customers.people;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Use;
import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.mail.Reader;
import dev.tollgate.storage.Change;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Mails that report a changed way to sign in to the person's current address, committed with the change. There is none if mails are off, the person
 * has no address, or the person has had too many of them. Thread-safe; blocks.
 */
public final class SecurityNotices {

    private final Allowances allowances;
    private final Outbox outbox;
    private final Letters letters;
    private final MailAllowances mails;

    SecurityNotices(Allowances allowances, Outbox outbox, Letters letters) {
        this.allowances = allowances;
        this.outbox = outbox;
        this.letters = letters;
        this.mails = new MailAllowances(allowances);
    }

    public List<Change> passwordChanged(Person person) {
        return notice(person, letters::passwordChanged, () -> true);
    }

    public List<Change> identityConnected(Person person, String provider) {
        return notice(person, email -> letters.identityConnected(email, provider), () -> true);
    }

    /** Reports a request to change the address to {@code next}. @param isAsked asked on the writer's thread; whether the request was accepted */
    List<Change> addressChanging(Person person, String next, BooleanSupplier isAsked) {
        return next.equalsIgnoreCase(person.email()) ? List.of() : notice(person, letters::addressChanging, isAsked);
    }

    /** Reports that the address is now {@code next}. @param isChanged asked on the writer's thread; whether the address was changed */
    List<Change> addressChanged(Person person, String next, BooleanSupplier isChanged) {
        return next.equalsIgnoreCase(person.email()) ? List.of() : notice(person, letters::addressChanged, isChanged);
    }

    private List<Change> notice(Person person, Function<String, Letter> letter, BooleanSupplier isDue) {
        String email = person.email();
        if (!outbox.isOn() || email == null || !Letter.canReach(email)) {
            return List.of();
        }
        Use use = allowances.using(mails.ofSecurity(person));
        return List.of(
                use,
                outbox.urgent(
                        person.accountId(),
                        letters.to(new Reader(email, person.mailLanguage()), letter),
                        () -> isDue.getAsBoolean() && use.isAllowed()));
    }
}
