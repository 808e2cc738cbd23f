package dev.tollgate.storage;

/**
 * The store cannot work now: too much waits, it is closing, the disk is full or fails. The same thing may succeed later (a caller
 * is answered 503 with {@code retry-after}: decision D28).
 */
public sealed class StoreUnavailable extends StoreException {

    public StoreUnavailable(String message) {
        super(message);
    }

    public StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    /** The connection broke within a commit, and the server could not be asked whether it took place. */
    static final class OutcomeUnknown extends StoreUnavailable {

        OutcomeUnknown() {
            super(
                    "the database went away while this was being committed; it may have taken place: look before you repeat it");
        }

        @Override
        public boolean mayHaveTakenEffect() {
            return true;
        }
    }
}
