package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Outcome;

/** Blocks or unblocks an account. A blocked account makes no reservation, and none of its holds grows; running calls are
 * settled as usual. The outcome says whether it was blocked before. */
public final class SetBlocked extends LedgerChange<Outcome<Boolean>> {

    private final String accountId;
    private final boolean blocked;

    public SetBlocked(String accountId, boolean blocked) {
        this.accountId = accountId;
        this.blocked = blocked;
    }

    public String accountId() {
        return accountId;
    }

    @Override
    String blockedOrNot() {
        return accountId;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Outcome<Boolean> decideOver(Book book) {
        AccountRow account = book.account(accountId);
        if (account == null) {
            return new Outcome.Refused<>(noSuchAccount(accountId));
        }
        if (account.isDeleted()) {
            return new Outcome.Refused<>(deleted());
        }
        boolean wasBlocked = account.isBlocked();
        account.setBlocked(blocked);
        return new Outcome.Done<>(wasBlocked);
    }
}
