package dev.tollgate.operator.admin;

import dev.tollgate.base.money.Credits;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.ledger.CloseAccount;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.storage.StoreException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Accounts that an operator deletes, each in one commit with its row of the audit log. Thread-safe; blocks. */
public final class Deletions {

    /** Each start makes sure that it is there. */
    private static final String DEMO = "acc_demo";

    private final Deeds deeds;
    private final Leaving leaving;
    private final InstantSource clock;

    public Deletions(Deeds deeds, Leaving leaving, InstantSource clock) {
        this.deeds = deeds;
        this.leaving = leaving;
        this.clock = clock;
    }

    /** Deletes an account with all its people. Needs a reason. */
    public AdminViews.Account delete(By by, String accountId) throws Refused {
        deeds.requireNotDeleted(accountId);
        if (accountId.equals(DEMO)) {
            throw new Refused(
                    Refused.Why.CONFLICT,
                    "The demo account cannot be deleted, for each start looks after it: ban it instead.");
        }
        try {
            String reason = by.needReason();
            Instant now = clock.instant();
            return told(
                    accountId,
                    leaving.end(
                            accountId,
                            close -> List.of(new Deed(
                                    by.actor(), "account.delete", accountId, reason, now, () -> changed(close)))));
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    private AdminViews.Account told(String accountId, Leaving.Outcome outcome) throws Refused {
        return switch (outcome) {
            case Leaving.Gone gone -> deeds.account(accountId);
            case Leaving.NoSuchAccount none -> throw Deeds.noSuchAccount(accountId);
            case Leaving.LastOperator last ->
                throw new Refused(Refused.Why.CONFLICT, "The only operator signs in for this account.");
            case Leaving.StillRuns(long held) ->
                throw new Refused(
                        Refused.Why.CONFLICT,
                        "Calls still run and hold " + Credits.text(held)
                                + " credits: ban the account, and delete it when they have ended.");
        };
    }

    private static Deed.@Nullable Changed changed(CloseAccount close) {
        return close.outcome() instanceof CloseAccount.Closed closed
                ? new Deed.Changed(
                        new DeedJson().balance(closed.before()).end(),
                        new DeedJson().flag("deleted", true).end())
                : null;
    }
}
