package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Keeps nothing, and throws the first so many times that a hold is given back. */
final class FailingKeeper implements Keeper {

    final AtomicInteger tries = new AtomicInteger();
    volatile int failures;

    @Override
    public List<Change> free(Release release) {
        if (tries.incrementAndGet() <= failures) {
            throw new IllegalStateException("a mistake");
        }
        return List.of();
    }

    @Override
    public List<Change> claim(Reserve reserve) {
        return List.of();
    }

    @Override
    public boolean won() {
        return true;
    }

    @Override
    public void lost() {}

    @Override
    public void keep(String accountId, Settle settle, Consumer<List<Change>> then, Consumer<ApiError> failed) {
        then.accept(List.of());
    }

    @Override
    public boolean callerHoldsBack() {
        return true;
    }
}
