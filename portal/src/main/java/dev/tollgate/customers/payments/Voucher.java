package dev.tollgate.customers.payments;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A voucher without its code.
 *
 * @param sequence from 1
 * @param note the operator's purpose
 * @param expiresAt when it expires; null if never
 * @param revokedAt when the operator revoked it; null if not
 * @param accountId the account that redeemed it; null if none has
 */
public record Voucher(
        long sequence,
        long amountMicros,
        String note,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable String accountId,
        @Nullable Instant redeemedAt) {

    boolean isOpen() {
        return accountId == null && revokedAt == null;
    }

    boolean isGoodAt(Instant now) {
        return isOpen() && (expiresAt == null || now.isBefore(expiresAt));
    }
}
