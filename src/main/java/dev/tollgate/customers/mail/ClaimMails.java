package dev.tollgate.customers.mail;

import java.time.Instant;
import java.util.List;

/** Takes mails that are due for one sender: until the lease has run out no other takes them. The outcome is what was taken. */
final class ClaimMails extends MailChange<List<WaitingMail>> {

    private final Instant now;
    private final Instant until;
    private final int most;

    ClaimMails(Instant now, Instant until, int most) {
        this.now = now;
        this.until = until;
        this.most = most;
    }

    Instant now() {
        return now;
    }

    Instant until() {
        return until;
    }

    int most() {
        return most;
    }

    void took(List<WaitingMail> mails) {
        decide(List.copyOf(mails));
    }
}
