package dev.tollgate.customers.mail;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Notes how sending went. The outcome says whether the claim still held. */
final class EndMail extends MailChange<Boolean> {

    private final WaitingMail mail;
    private final String state;
    private final @Nullable String reason;
    private final Instant at;

    private EndMail(WaitingMail mail, String state, @Nullable String reason, Instant at) {
        this.mail = mail;
        this.state = state;
        this.reason = reason;
        this.at = at;
    }

    static EndMail sent(WaitingMail mail, Instant at) {
        return new EndMail(mail, MailPart.SENT, null, at);
    }

    static EndMail givenUp(WaitingMail mail, String reason, Instant at) {
        return new EndMail(mail, MailPart.FAILED, reason, at);
    }

    /** @param next when it is tried again */
    static EndMail again(WaitingMail mail, String reason, Instant next) {
        return new EndMail(mail, MailPart.WAITING, reason, next);
    }

    WaitingMail mail() {
        return mail;
    }

    String state() {
        return state;
    }

    @Nullable
    String reason() {
        return reason;
    }

    Instant at() {
        return at;
    }

    void took(boolean isDone) {
        decide(isDone);
    }
}
