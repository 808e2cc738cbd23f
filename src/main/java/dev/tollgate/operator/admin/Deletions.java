package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.customers.departure.Leaving;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Accounts that an operator deletes, each in one commit with its row of the audit log. Thread-safe; blocks. */
public final class Deletions {

    /** Each start makes sure that it is there. */
    private static final String DEMO = "acc_demo";

    private final OperatorAccounts deeds;
    private final Leaving leaving;
    private final AuditedWriter writer;

    public Deletions(OperatorAccounts deeds, Leaving leaving, AuditedWriter writer) {
        this.deeds = deeds;
        this.leaving = leaving;
        this.writer = writer;
    }

    /** {@code POST /admin/accounts/{id}/delete}. */
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.post(
                "/admin/accounts/{id}/delete",
                request -> AccountRoutes.json(delete(request.by(), request.id())),
                AdminRequest.REASON));
    }

    /** Deletes an account with all its people. Needs a reason. */
    public Account delete(By by, String accountId) {
        deeds.requireNotDeleted(accountId);
        if (accountId.equals(DEMO)) {
            throw new ApiException(
                    409, "The demo account cannot be deleted, because each start maintains it. Ban it instead.");
        }
        Leaving.Outcome outcome = AuditedWriter.step(() -> {
            by.needReason();
            return leaving.end(
                    accountId, close -> List.of(writer.row(by, "account.delete", accountId, () -> changed(close))));
        });
        return switch (outcome) {
            case Leaving.Gone _ -> deeds.account(accountId);
            case Leaving.NoSuchAccount _ -> throw OperatorAccounts.noSuchAccount(accountId);
            case Leaving.LastOperator _ -> throw new ApiException(409, "The only operator signs in for this account.");
            case Leaving.LastOwner _, Leaving.IsElsewhere _ ->
                throw new IllegalStateException("this stops people who leave, and not the end of an account");
            case Leaving.StillRuns(long held) ->
                throw new ApiException(
                        409,
                        "Calls still run and hold " + Credits.text(held)
                                + " credits: ban the account, and delete it when they have ended.");
        };
    }

    private static Deed.@Nullable Changed changed(CloseAccount close) {
        return close.outcome() instanceof CloseAccount.Closed closed
                ? new Deed.Changed(
                        new AdminJson().balance(closed.before()).end(),
                        new AdminJson().flag("deleted", true).end())
                : null;
    }
}
