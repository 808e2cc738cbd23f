package dev.tollgate.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A customer's account as it was at one instant. @param deletedAt null while it is there; then its name is gone */
public record Account(
        String id,
        String name,
        Instant createdAt,
        boolean blocked,
        Balance balance,
        @Nullable Instant deletedAt) {

    /** One that is there. */
    public Account(String id, String name, Instant createdAt, boolean blocked, Balance balance) {
        this(id, name, createdAt, blocked, balance, null);
    }
}
