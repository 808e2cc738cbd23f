package dev.tollgate.calls.replay;

import dev.tollgate.storage.Decision;
import java.time.Instant;

/**
 * Claims a name for a call. Belongs to the unit of the call's reservation, which takes place only if the claim is {@link #won}; the
 * claim is given up in the same unit by {@link ConfirmClaim} where the reservation is refused.
 */
public final class ClaimKey extends Decision<Boolean> {

    private final AnswerName name;
    private final String bodyHash;
    private final String taskId;
    private final String accountId;
    private final Instant at;

    /** @param taskId of the call, never used before */
    public ClaimKey(AnswerName name, String bodyHash, String taskId, String accountId, Instant at) {
        this.name = name;
        this.bodyHash = bodyHash;
        this.taskId = taskId;
        this.accountId = accountId;
        this.at = at;
    }

    /** Once applied: whether the name was free. */
    public boolean won() {
        return outcome();
    }

    AnswerName name() {
        return name;
    }

    String bodyHash() {
        return bodyHash;
    }

    String taskId() {
        return taskId;
    }

    String accountId() {
        return accountId;
    }

    Instant at() {
        return at;
    }

    void found(boolean won) {
        decide(won);
    }
}
