package dev.tollgate.customers.people;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Allowance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The limits on mails that people can cause. Mails to unconfirmed addresses count by person, by network and, within a network, by domain; a wide
 * network counts as eight. Resets and security notices have allowances of their own, so that no flood of other mails stops them. Thread-safe.
 */
record MailAllowances(Allowances allowances) {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int PERSON_HOUR = 3;
    private static final int PERSON_DAY = 10;
    private static final int NETWORK_HOUR = 20;
    private static final int DOMAIN_HOUR = 10;
    private static final int ADDRESS_HOUR = 3;
    private static final int WIDE_PLACES = 8;
    private static final int SECURITY_DAY = 20;
    private static final int INVITATIONS_DAY = 50;

    /** Mails to an address that its sender may not own. */
    List<Allowance> toUnconfirmed(String email, Visit visit) {
        String domain = email.substring(email.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
        String network = visit.network();
        String wide = visit.wideNetwork();
        return List.of(
                allowances.of("mails.network", network, NETWORK_HOUR, HOUR),
                allowances.of("mails.wide-network", wide, WIDE_PLACES * NETWORK_HOUR, HOUR),
                allowances.of("mails.domain", network + " " + domain, DOMAIN_HOUR, HOUR),
                allowances.of("mails.wide-domain", wide + " " + domain, WIDE_PLACES * DOMAIN_HOUR, HOUR));
    }

    /** Mails that strangers can cause to one address. */
    Allowance toAddress(String email) {
        return allowances.of("mails.address", Visit.login(email), ADDRESS_HOUR, HOUR);
    }

    /** Mails to confirm an address of a person who is signed in. */
    List<Allowance> toConfirm(Person person, String email, Visit visit) {
        List<Allowance> all = new ArrayList<>(toUnconfirmed(email, visit));
        all.add(toAddress(email));
        all.add(allowances.of("mails.person-hour", person.id(), PERSON_HOUR, HOUR));
        all.add(allowances.of("mails.person-day", person.id(), PERSON_DAY, DAY));
        return all;
    }

    /** Invitations to an organization, by mail or as links. */
    List<Allowance> ofInvitations(String accountId, String email, Visit visit, boolean isMailed) {
        List<Allowance> all = new ArrayList<>();
        if (isMailed) {
            all.addAll(toUnconfirmed(email, visit));
            all.add(toAddress(email));
        }
        all.add(allowances.of("mails.invitations", accountId, INVITATIONS_DAY, DAY));
        return all;
    }

    /** Resets of one login. If a reset is refused, the mailbox has a link that is still good. */
    Allowance ofResets(String login) {
        return allowances.of("mails.reset", login, ADDRESS_HOUR, LinkKind.RESET.good());
    }

    /** Notices to a person about a changed sign-in method. */
    List<Allowance> ofSecurity(Person person) {
        return List.of(allowances.of("mails.security", person.id(), SECURITY_DAY, DAY));
    }
}
