package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.MediaLoader;
import dev.tollgate.upstreams.pool.Ask;
import org.jspecify.annotations.Nullable;

/** Downloads for calls, but only for who has something to spend (D29). Thread-safe; blocks. */
public final class MediaAccess {

    private final MediaLoader loader;
    private final Ledger ledger;

    public MediaAccess(MediaLoader loader, Ledger ledger) {
        this.loader = loader;
        this.ledger = ledger;
    }

    /** @return why the account may cause no downloads; null where it may */
    @Nullable
    ApiError refusal(String accountId) {
        Account account = ledger.account(accountId).orElse(null);
        if (account == null || ledger.spendableMicros(account) > 0) {
            return null; // whether the account and the key may be used is the reservation's to say
        }
        return Refusals.nothingToSpend(account);
    }

    /** From now on the ask's media are loaded at the account's expense. */
    void serve(String accountId, Ask ask) {
        CallMedia media = ask.media();
        media.loadBy(wanted -> loader.load(accountId, wanted, MediaBound.inlineBytes(ask.promptSize()), media));
    }
}
