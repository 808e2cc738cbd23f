package dev.tollgate.storage;

/** The connection broke within a commit, and the server could not be asked whether it took place. */
final class OutcomeUnknown extends StoreUnavailable {

    OutcomeUnknown() {
        super(
                "the database went away while this was being committed; it may have taken place: look before you repeat it");
    }

    @Override
    public boolean mayHaveTakenEffect() {
        return true;
    }
}
