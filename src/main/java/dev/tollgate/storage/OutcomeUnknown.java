package dev.tollgate.storage;

/** The connection broke within a commit, and the server could not be asked whether it took place. */
final class OutcomeUnknown extends StoreUnavailable {

    OutcomeUnknown() {
        super("nobody knows whether a commit took place");
    }

    @Override
    public boolean mayHaveTakenEffect() {
        return true;
    }
}
