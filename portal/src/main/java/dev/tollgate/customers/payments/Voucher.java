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

    /** The state of a voucher: the words of the console, its file and commands. */
    public enum State {
        REDEEMED("redeemed"),
        REVOKED("revoked"),
        EXPIRED("expired"),
        OPEN("open");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** Returns the state of a voucher that is known by its answer of the API. */
        public static State of(boolean isRedeemed, boolean isRevoked, boolean isExpired) {
            if (isRedeemed) {
                return REDEEMED;
            }
            if (isRevoked) {
                return REVOKED;
            }
            return isExpired ? EXPIRED : OPEN;
        }

        public String word() {
            return word;
        }
    }

    public State stateAt(Instant now) {
        return State.of(redeemedAt != null, revokedAt != null, expiresAt != null && !now.isBefore(expiresAt));
    }

    boolean isOpen() {
        return accountId == null && revokedAt == null;
    }

    boolean isGoodAt(Instant now) {
        return isOpen() && (expiresAt == null || now.isBefore(expiresAt));
    }
}
