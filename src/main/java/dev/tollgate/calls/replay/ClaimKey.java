package dev.tollgate.calls.replay;

import dev.tollgate.storage.Decision;
import java.time.Instant;

/**
 * Claims a name for a call, in the unit of the call's reservation, which takes place only if the claim is {@link #won}. If the reservation is
 * refused, {@link ConfirmClaim} gives the claim up in the same unit.
 */
public final class ClaimKey extends Decision<Boolean> {

    private final AnswerName name;
    private final String bodyHash;
    private final String taskId;
    private final String accountId;
    private final Instant at;

    /** @param taskId the call's id, never used before */
    public ClaimKey(AnswerName name, String bodyHash, String taskId, String accountId, Instant at) {
        this.name = name;
        this.bodyHash = bodyHash;
        this.taskId = taskId;
        this.accountId = accountId;
        this.at = at;
    }

    /** Returns whether the name was free, once the claim is applied. */
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
