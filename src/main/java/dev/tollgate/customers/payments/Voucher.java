package dev.tollgate.customers.payments;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A voucher as it can be shown: without its code.
 *
 * @param sequence from 1
 * @param note what the operator has made it for
 * @param expiresAt from then on it is good for nothing; null: never
 * @param accountId who has redeemed it; null: nobody yet
 */
public record Voucher(
        long sequence,
        long amountMicros,
        String note,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable String accountId,
        @Nullable Instant redeemedAt) {

    boolean isGoodAt(Instant now) {
        return accountId == null && (expiresAt == null || now.isBefore(expiresAt));
    }
}
