package dev.tollgate.customers.mail;

import java.time.Instant;

/** Deletes rows of mails that have ended long ago. The outcome is how many. */
final class ForgetMails extends MailChange<Integer> {

    private final Instant before;
    private final int most;

    ForgetMails(Instant before, int most) {
        this.before = before;
        this.most = most;
    }

    Instant before() {
        return before;
    }

    int most() {
        return most;
    }

    void forgot(int count) {
        decide(count);
    }
}
