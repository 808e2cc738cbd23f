package dev.tollgate.storage;

import org.jspecify.annotations.Nullable;

/**
 * A change whose part decides something, e.g. whether a balance suffices. Later parts of the same batch read the outcome on the
 * writer's thread; all other code reads it once the unit is reported. A batch that is rolled back is decided again: each decision sets the
 * outcome, and a failed unit has none, unless it was reported before.
 *
 * @param <O> the outcome, usually a sealed interface
 */
public abstract class Decision<O> implements Change {

    private @Nullable O outcome;

    /** @throws IllegalStateException before the change was applied, or when its unit has failed */
    public final O outcome() {
        O decided = outcome;
        if (decided == null) {
            throw new IllegalStateException("not decided: " + getClass().getSimpleName());
        }
        return decided;
    }

    protected final void decide(O outcome) {
        this.outcome = outcome;
    }

    final void forget() {
        outcome = null;
    }
}
