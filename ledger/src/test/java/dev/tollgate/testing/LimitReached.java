package dev.tollgate.testing;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.ledger.ReserveOutcome.SpendLimitReached;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The refusals by limits, whose windows are of UTC, of the key {@code key_1} and its account {@code acc_1}. */
public final class LimitReached {

    private LimitReached() {}

    public static SpendLimitReached by(
            Owner owner, SpendWindow window, long limit, long used, long held, long least, @Nullable Instant freesAt) {
        return by(owner, owner == Owner.KEY ? "key_1" : "acc_1", window, limit, used, held, least, freesAt);
    }

    public static SpendLimitReached by(
            Owner owner,
            String id,
            SpendWindow window,
            long limit,
            long used,
            long held,
            long least,
            @Nullable Instant freesAt) {
        return new SpendLimitReached(new Spender(owner, id, ""), window, null, limit, used, held, least, freesAt);
    }
}
