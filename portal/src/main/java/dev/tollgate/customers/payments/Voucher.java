package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Mistake;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.models.prices.ModelPatterns;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A voucher without its code.
 *
 * @param sequence from 1
 * @param lot what it gives, and under which terms
 * @param note the operator's purpose
 * @param expiresAt when it expires; null if never
 * @param revokedAt when the operator revoked it; null if not
 * @param accountId the account that redeemed it; null if none has
 */
public record Voucher(
        long sequence,
        Lot lot,
        String note,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable String accountId,
        @Nullable Instant redeemedAt) {

    /** The longest time until the credits of a voucher expire, in days. */
    public static final int DAYS_MAX = 3_650;

    /**
     * The credits of a voucher (Z60).
     *
     * @param days after which they expire once they are redeemed, 1 to {@value Voucher#DAYS_MAX}; null: never
     * @param models that they pay for
     */
    public record Lot(long micros, @Nullable Integer days, ModelPatterns models) {

        public Lot {
            if (days != null && (days < 1 || days > DAYS_MAX)) {
                throw new Mistake(
                        sentence("Credits of a voucher can expire after 1 to {max} days.", Integer.toString(DAYS_MAX)));
            }
        }

        /** Returns the terms of the credits if they are redeemed at a time. */
        GrantTerms terms(Instant at) {
            return GrantTerms.of(Kind.VOUCHER, models, days == null ? null : at.plus(Duration.ofDays(days)));
        }
    }

    public long amountMicros() {
        return lot.micros();
    }

    /** The state of a voucher: the words of the API, of commands and of the console's file; its page says them in the reader's language. */
    public enum State {
        REDEEMED("redeemed"),
        REVOKED("revoked"),
        EXPIRED("expired"),
        OPEN("open");

        private final String word;

        State(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public State stateAt(Instant now) {
        if (redeemedAt != null) {
            return State.REDEEMED;
        }
        if (revokedAt != null) {
            return State.REVOKED;
        }
        return expiresAt != null && !now.isBefore(expiresAt) ? State.EXPIRED : State.OPEN;
    }

    boolean isOpen() {
        return accountId == null && revokedAt == null;
    }

    boolean isGoodAt(Instant now) {
        return isOpen() && (expiresAt == null || now.isBefore(expiresAt));
    }
}
