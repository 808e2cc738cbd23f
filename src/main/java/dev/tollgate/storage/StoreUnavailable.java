package dev.tollgate.storage;

/**
 * The store cannot work now: too much waits, it is closing, the disk is full or fails. The same thing may succeed later (a caller
 * is answered 503 with {@code retry-after}: decision D28).
 */
public sealed class StoreUnavailable extends StoreException permits OutcomeUnknown {

    public StoreUnavailable(String message) {
        super(message);
    }

    public StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
