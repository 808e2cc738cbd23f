package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.ledger.Release;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a call asks of whoever keeps its answer under an idempotency key (D36): to claim the key with the reservation, to keep the answer with
 * the charge, to give the key up with a full refund. Used on the call's event loop, but for {@link #won}.
 */
public interface Keeper {

    /** Goes with the reservation, which takes place only where it has {@link #won}. */
    List<Change> claim(Reserve reserve);

    /** Once applied: whether the reservation may be made. Called on the writer's thread. */
    boolean won();

    /** The key was claimed by somebody else: nothing was reserved, and the call is over. */
    void lost();

    /**
     * Makes the whole answer durable before the charge is; its end has been rendered.
     *
     * @param then given what goes with the settlement
     * @param failed where it could not be done: nothing may be charged
     */
    void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed);

    /** Goes with a full refund. */
    List<Change> free(Release release);

    /** Whether it is the caller's doing when its sink is full, and not that of our own disk (D19). */
    boolean callerHoldsBack();

    /** Of a call without an idempotency key. */
    Keeper NONE = new Keeper() {
        @Override
        public List<Change> claim(Reserve reserve) {
            return List.of();
        }

        @Override
        public boolean won() {
            return true;
        }

        @Override
        public void lost() {
            throw new IllegalStateException("nothing was claimed");
        }

        @Override
        public void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed) {
            then.accept(List.of());
        }

        @Override
        public List<Change> free(Release release) {
            return List.of();
        }

        @Override
        public boolean callerHoldsBack() {
            return true;
        }
    };
}
