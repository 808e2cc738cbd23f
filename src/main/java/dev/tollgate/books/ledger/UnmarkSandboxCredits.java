package dev.tollgate.books.ledger;

/** Turns the sandbox credits of an account into ordinary credits. The outcome is their amount in micro-credits. */
public final class UnmarkSandboxCredits extends LedgerChange<Long> {

    private final String accountId;

    public UnmarkSandboxCredits(String accountId) {
        this.accountId = accountId;
    }

    @Override
    void need(Book book) {
        book.needAccount(accountId);
    }

    @Override
    Long decideOver(Book book) {
        AccountRow account = book.account(accountId);
        long before = account == null ? 0 : account.funds.sandboxMicros();
        if (account != null && before > 0) {
            account.setSandboxMicros(0);
        }
        return before;
    }
}
