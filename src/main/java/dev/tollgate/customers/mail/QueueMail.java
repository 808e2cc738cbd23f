package dev.tollgate.customers.mail;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Writes a mail in the commit of the action that causes it. The outcome says whether it was written. */
final class QueueMail extends MailChange<Boolean> {

    /** The order in which mails are left out if too many wait. */
    enum Rank {
        /** It is left out. */
        USUAL,
        /** The action is refused. */
        NEEDED,
        /** It has room of its own, and is left out beyond that. */
        URGENT
    }

    private final WaitingMail mail;
    private final BooleanSupplier condition;
    private final Rank rank;
    private final Instant at;

    /**
     * @param condition asked once the deed is decided: where it was not done, nothing is written
     * @param rank what happens if there is no room
     */
    QueueMail(WaitingMail mail, BooleanSupplier condition, Rank rank, Instant at) {
        this.mail = mail;
        this.condition = condition;
        this.rank = rank;
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

    Rank rank() {
        return rank;
    }

    Instant at() {
        return at;
    }

    void queued(boolean isThere) {
        decide(isThere);
    }
}
