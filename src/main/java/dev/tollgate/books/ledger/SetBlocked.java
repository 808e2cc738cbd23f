package dev.tollgate.books.ledger;

/** Blocks or unblocks an account. A blocked account makes no reservation, and none of its holds grows; running calls are
 * settled as usual. */
public final class SetBlocked extends LedgerChange<SetBlocked.Outcome> {

    public enum Outcome {
        DONE,
        DELETED,
        NO_SUCH_ACCOUNT
    }

    private final String accountId;
    private final boolean blocked;
    private boolean wasBlocked;

    public SetBlocked(String accountId, boolean blocked) {
        this.accountId = accountId;
        this.blocked = blocked;
    }

    public String accountId() {
        return accountId;
    }

    /** Returns whether it was blocked before. Once applied. */
    public boolean wasBlocked() {
        return wasBlocked;
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
    Outcome decideOver(Book book) {
        AccountRow account = book.account(accountId);
        if (account == null) {
            return Outcome.NO_SUCH_ACCOUNT;
        }
        if (account.isDeleted()) {
            return Outcome.DELETED;
        }
        wasBlocked = account.isBlocked();
        account.setBlocked(blocked);
        return Outcome.DONE;
    }
}
