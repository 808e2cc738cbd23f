package dev.tollgate.mail;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Writes a mail beside the deed that causes it. The outcome says whether it is there. */
final class QueueMail extends MailChange<Boolean> {

    private final WaitingMail mail;
    private final BooleanSupplier condition;
    private final boolean isNeeded;
    private final Instant at;

    /**
     * @param condition asked once the deed is decided: where it was not done, nothing is written
     * @param isNeeded whether the deed must not be done where the mail finds no room
     */
    QueueMail(WaitingMail mail, BooleanSupplier condition, boolean isNeeded, Instant at) {
        this.mail = mail;
        this.condition = condition;
        this.isNeeded = isNeeded;
        this.at = at;
    }

    WaitingMail mail() {
        return mail;
    }

    @Nullable
    String accountId() {
        return mail.accountId();
    }

    boolean isWanted() {
        return condition.getAsBoolean();
    }

    boolean isNeeded() {
        return isNeeded;
    }

    Instant at() {
        return at;
    }

    void queued(boolean isThere) {
        decide(isThere);
    }
}
