package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps a call's response under an idempotency key (D36): claims the key with the reservation, keeps the response with the charge, frees the key with
 * a full refund. Used on the call's event loop, except {@link #won}.
 */
public interface Keeper {

    /** Returns the changes that claim the key in the unit of the reservation, which takes place only if the claim is {@link #won}. */
    List<Change> claim(Reserve reserve);

    /** Returns whether the reservation may be made, once the claim is applied. Called on the writer's thread. */
    boolean won();

    /** Ends the call without a hold: another call has claimed the key. */
    void lost();

    /**
     * Makes the whole response durable before its charge. Its end has been rendered.
     *
     * @param then receives the changes that go into the unit of the settlement
     * @param failed receives the error if the response could not be kept; then nothing may be charged
     */
    void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed);

    /** Returns the changes that free the key in the unit of a full refund. */
    List<Change> free(Release release);

    /** Returns whether a full sink is due to the caller, and not to Tollgate's own disk (D19). */
    boolean callerHoldsBack();

    /** Keeps nothing: the keeper of a call without an idempotency key. */
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
