package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.keys.FreeReads;
import dev.tollgate.models.Model;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.MediaLoader;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.Ask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Downloads media for calls, but only for accounts that can spend something (D29). Thread-safe; blocks. */
public record MediaAccess(MediaLoader loader, Ledger ledger, Quotas quotas) {

    /** @return the reason why the account may not download; null if it may */
    @Nullable
    ApiError refusal(String accountId) {
        Account account = ledger.account(accountId).orElse(null);
        if (account == null || ledger.spendableMicros(account) > 0) {
            return null; // whether the account and the key may be used is the reservation's to say
        }
        return Refusals.nothingToSpend(account, 0);
    }

    /** Lets the request's media be downloaded, and what the model makes be written to files, at the account's expense. */
    void serve(String accountId, KeyOwner owner, Model model, Ask ask) {
        CallMedia media = ask.media();
        if (model.makesImages() || model.speaks()) {
            media.makes(loader.madeFiles(accountId, model.speaks()));
        }
        FreeReads reads = new FreeReads(quotas, accountId);
        media.loadBy(new CallMedia.Loader() {

            @Override
            public void load(List<WantedMedium> wanted) throws InterruptedException {
                long inlineBytes = MediaBound.inlineBytes(ask.promptSize());
                loader.load(accountId, owner, wanted, inlineBytes, reads::count, media);
            }

            @Override
            public void paid() {
                reads.paid();
            }
        });
    }
}
