package dev.tollgate.storage;

/**
 * Nothing of the unit, or of the read, took effect, but for {@link #mayHaveTakenEffect}. What lies behind it is for the log, never for
 * a caller.
 */
public sealed class StoreException extends RuntimeException permits StoreUnavailable, CannotOpen {

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The message with what lies behind it, for an operator's command: there is no log where they would look for that. */
    public String withCause() {
        Throwable cause = this instanceof CannotOpen ? null : getCause(); // its message says it already
        return cause == null ? String.valueOf(getMessage()) : getMessage() + ": " + Failures.why(cause);
    }

    /** Whether the unit may be written all the same: the connection broke within its commit, and the server stays away. */
    public boolean mayHaveTakenEffect() {
        return false;
    }
}
