package dev.tollgate.storage;

import dev.tollgate.storage.StoreUnavailable.OutcomeUnknown;

/** What is reported where a connection broke within a commit and the server could not be asked. */
public final class UnknownOutcome {

    private UnknownOutcome() {}

    public static StoreException made() {
        return new OutcomeUnknown();
    }
}
