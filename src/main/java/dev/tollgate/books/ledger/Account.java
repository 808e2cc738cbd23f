package dev.tollgate.books.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A customer's account as it was at one instant.
 *
 * @param sandboxMicros micro-credits of balance and holds that buy only what the sandbox answers
 * @param deletedAt null while it is there; then its name is gone
 */
public record Account(
        String id,
        String name,
        Instant createdAt,
        boolean blocked,
        Balance balance,
        long sandboxMicros,
        @Nullable Instant deletedAt) {

    /** One without credits of the sandbox. */
    public Account(
            String id, String name, Instant createdAt, boolean blocked, Balance balance, @Nullable Instant deletedAt) {
        this(id, name, createdAt, blocked, balance, 0, deletedAt);
    }

    /** One that is there. */
    public Account(String id, String name, Instant createdAt, boolean blocked, Balance balance) {
        this(id, name, createdAt, blocked, balance, null);
    }
}
