package dev.tollgate.customers.payments;

import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.RequestId;
import java.time.Instant;

/** Takes a voucher for an account, if it is still good; the {@link #grant} of the same unit gives its credits then and only then. */
final class RedeemVoucher extends VoucherChange<Boolean> {

    private final String codeHash;
    private final String accountId;
    private final Instant at;
    private final Grant grant;

    /** @param voucher as it was found by its code; its amount never changes */
    RedeemVoucher(String codeHash, Voucher voucher, String accountId, Instant at) {
        this.codeHash = codeHash;
        this.accountId = accountId;
        this.at = at;
        this.grant = Grant.onCondition(
                accountId,
                voucher.amountMicros(),
                "voucher " + voucher.sequence(),
                this::outcome,
                new RequestId("voucher-" + voucher.sequence()),
                at);
    }

    Grant grant() {
        return grant;
    }

    String codeHash() {
        return codeHash;
    }

    String accountId() {
        return accountId;
    }

    Instant at() {
        return at;
    }

    void taken(boolean isTaken) {
        decide(isTaken);
    }

    /** Once the ledger has decided: whether the credits have gone to the account. An account that cannot take them leaves the voucher good. */
    boolean isRedeemed() {
        return grant.outcome() instanceof Grant.Granted;
    }
}
