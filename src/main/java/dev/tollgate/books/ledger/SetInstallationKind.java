package dev.tollgate.books.ledger;

import dev.tollgate.storage.Decision;
import java.time.Instant;

/** Says that the installation has a real upstream, or that it has none from now on. The outcome is whether that is new. */
public final class SetInstallationKind extends Decision<Boolean> {

    private final boolean isReal;
    private final Instant at;

    public SetInstallationKind(boolean isReal, Instant at) {
        this.isReal = isReal;
        this.at = at;
    }

    boolean isReal() {
        return isReal;
    }

    Instant at() {
        return at;
    }

    void done(boolean isChanged) {
        decide(isChanged);
    }
}
