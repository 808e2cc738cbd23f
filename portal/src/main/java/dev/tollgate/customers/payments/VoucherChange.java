package dev.tollgate.customers.payments;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.Origin;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.customers.payments.Voucher.Lot;
import dev.tollgate.storage.Decision;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change of vouchers, as {@link VouchersPart} carries it out. */
public abstract sealed class VoucherChange<O> extends Decision<O> {

    private VoucherChange() {}

    /** Makes vouchers of one kind. The outcome is the number of the first; the others follow it. It is 0 if they were made before. */
    public static final class MakeVouchers extends VoucherChange<Long> {

        private static final long MADE_BEFORE = 0;

        final List<String> codeHashes;
        private final Lot lot;
        private final String note;
        private final @Nullable Instant expiresAt;
        final Instant at;

        MakeVouchers(List<String> codeHashes, Lot lot, String note, @Nullable Instant expiresAt, Instant at) {
            this.codeHashes = List.copyOf(codeHashes);
            this.lot = lot;
            this.note = note;
            this.expiresAt = expiresAt;
            this.at = at;
        }

        Voucher numbered(long sequence) {
            return new Voucher(sequence, lot, note, at, expiresAt, null, null, null);
        }

        void madeBefore() {
            decide(MADE_BEFORE);
        }

        /** Once decided. */
        public boolean wasMadeBefore() {
            return outcome() == MADE_BEFORE;
        }

        void made(long firstSequence) {
            decide(firstSequence);
        }
    }

    /** Revokes vouchers. The outcome is their number. */
    public static final class RevokeVouchers extends VoucherChange<Long> {

        final long first;
        final long last;
        final Instant at;
        List<String> hashes = List.of();

        RevokeVouchers(long first, long last, Instant at) {
            this.first = first;
            this.last = last;
            this.at = at;
        }

        boolean has(Voucher voucher) {
            return voucher.sequence() >= first && voucher.sequence() <= last && voucher.isOpen();
        }

        void revoked(List<String> these) {
            hashes = List.copyOf(these);
            decide((long) these.size());
        }

        /** Once decided. */
        public long count() {
            return outcome();
        }
    }

    /** Takes a voucher for an account, if it is still good; the {@link #grant} of the same unit gives its credits then and only then. */
    static final class RedeemVoucher extends VoucherChange<Boolean> {

        final String codeHash;
        final String accountId;
        final Instant at;
        final Grant grant;

        /** @param voucher as it was found by its code; its amount never changes */
        RedeemVoucher(String codeHash, Voucher voucher, String accountId, Instant at) {
            this.codeHash = codeHash;
            this.accountId = accountId;
            this.at = at;
            this.grant = Grant.onCondition(
                            accountId,
                            voucher.amountMicros(),
                            "voucher " + voucher.sequence(),
                            Origin.of(Origin.Kind.VOUCHER, Long.toString(voucher.sequence())),
                            this::outcome,
                            new RequestId("voucher-" + voucher.sequence()),
                            at)
                    .under(voucher.lot().terms(at));
        }

        void taken(boolean isTaken) {
            decide(isTaken);
        }

        /** Once the ledger has decided: whether the credits have gone to the account. An account that cannot take them leaves the voucher good. */
        boolean isRedeemed() {
            return grant.moved() != null;
        }

        /** Returns why the account cannot take the credits of a good code now; null for another reason. */
        @Nullable
        ApiError refusal() {
            return outcome() && grant.outcome() instanceof Outcome.Refused<?>(ApiError why) && why.status() == 409
                    ? why
                    : null;
        }
    }
}
