package dev.tollgate.storage;

/** Nothing of the unit, or of the read, took effect. What lies behind it is for the log, never for a caller. */
public sealed class StoreException extends RuntimeException permits StoreUnavailable, CannotOpen {

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
