package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A customer's account as it was at one instant.
 *
 * @param sandboxMicros micro-credits of balance and holds that pay only for responses of the sandbox
 * @param deletedAt null unless the account was deleted; a deleted account has no name
 */
public record Account(
        String id,
        String name,
        Instant createdAt,
        boolean blocked,
        Balance balance,
        long sandboxMicros,
        @Nullable Instant deletedAt) {

    /** Makes an account without sandbox credits. */
    public Account(
            String id, String name, Instant createdAt, boolean blocked, Balance balance, @Nullable Instant deletedAt) {
        this(id, name, createdAt, blocked, balance, 0, deletedAt);
    }

    /** Makes an account that is not deleted. */
    public Account(String id, String name, Instant createdAt, boolean blocked, Balance balance) {
        this(id, name, createdAt, blocked, balance, null);
    }
}
