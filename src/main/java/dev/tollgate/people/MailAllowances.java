package dev.tollgate.people;

import dev.tollgate.allowances.Allowance;
import dev.tollgate.allowances.Allowances;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How many mails people can cause. Those to addresses that nobody has confirmed are counted by person, by network and, for each network, by
 * domain; a wide network counts as eight. Resets and security notices have allowances of their own, so that no flood of others stops them. Thread-safe.
 */
final class MailAllowances {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int PERSON_HOUR = 3;
    private static final int PERSON_DAY = 10;
    private static final int NETWORK_HOUR = 20;
    private static final int DOMAIN_HOUR = 10;
    private static final int ADDRESS_HOUR = 3;
    private static final int WIDE_PLACES = 8;
    private static final int SECURITY_DAY = 20;

    private final Allowances allowances;

    MailAllowances(Allowances allowances) {
        this.allowances = allowances;
    }

    /** Mails to an address that somebody names who may not own it. */
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

    /** The mails that anybody can have sent to one address. */
    Allowance toAddress(String email) {
        return allowances.of("mails.address", Visit.login(email), ADDRESS_HOUR, HOUR);
    }

    /** Mails by which a person who is signed in confirms an address. */
    List<Allowance> toConfirm(Person person, String email, Visit visit) {
        List<Allowance> all = new ArrayList<>(toUnconfirmed(email, visit));
        all.add(toAddress(email));
        all.add(allowances.of("mails.person-hour", person.id(), PERSON_HOUR, HOUR));
        all.add(allowances.of("mails.person-day", person.id(), PERSON_DAY, DAY));
        return all;
    }

    /** Resets of one login: one that is refused finds a link in the mailbox that is still good. */
    Allowance ofResets(String login) {
        return allowances.of("mails.reset", login, ADDRESS_HOUR, LinkKind.RESET.good());
    }

    /** Notices to a person of what was changed about how they sign in. */
    List<Allowance> ofSecurity(Person person) {
        return List.of(allowances.of("mails.security", person.id(), SECURITY_DAY, DAY));
    }
}
