package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.tasks.TaskResult;
import dev.tollgate.books.tasks.TaskStatus;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The books of one call in the store. Confined to its call. */
final class StoredBooks implements Books {

    private final Keeper keeper;
    private final Holds holds;
    private final Releases releases;
    private final Settling settling;

    /** @param loop runs on the call's event loop */
    StoredBooks(Accounting accounting, Executor loop, Keeper keeper) {
        this.keeper = keeper;
        this.holds = new Holds(accounting, loop, keeper);
        this.releases = new Releases(accounting, loop, keeper);
        this.settling = new Settling(accounting, loop, keeper, releases);
    }

    @Override
    public void reserve(
            String taskId, MeteredCall request, Bounds bounds, Consumer<Reservation> then, Consumer<ApiError> lost) {
        holds.reserve(taskId, request, bounds, then, lost);
    }

    @Override
    public void confirm(String taskId, Consumer<@Nullable ApiError> then) {
        holds.confirm(taskId, then);
    }

    @Override
    public void extend(
            String taskId, MeteredCall request, long leastMicros, long wantedMicros, Consumer<Extension> then) {
        holds.extend(taskId, request, leastMicros, wantedMicros, then);
    }

    @Override
    public void extendForUsed(String taskId, MeteredCall request, long wantedMicros, Consumer<Extension> then) {
        holds.extendForUsed(taskId, request, wantedMicros, then);
    }

    @Override
    public void settle(Settlement settlement, Consumer<Settled> then) {
        settling.begin(settlement, then);
    }

    @Override
    public void giveBack(
            String taskId, String model, TaskStatus status, TaskResult result, Trace trace, Runnable then) {
        releases.begin(taskId, model, status, result, trace, then);
    }

    @Override
    public boolean callerHoldsBack() {
        return keeper.callerHoldsBack();
    }
}
