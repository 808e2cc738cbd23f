package dev.tollgate.mail;

import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Writes a mail beside the deed that causes it. The outcome says whether it is there. */
final class QueueMail extends MailChange<Boolean> {

    /** What happens if too many mails wait. */
    enum Rank {
        /** It is left out. */
        USUAL,
        /** The deed is not done. */
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
