package dev.tollgate.storage;

/**
 * A unit or a read had no effect, except for {@link #mayHaveTakenEffect}. The cause is for the log, never for
 * a caller.
 */
public sealed class StoreException extends RuntimeException permits StoreUnavailable, CannotOpen {

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns the message with its cause, for an operator's command, which has no log. */
    public String withCause() {
        Throwable cause = this instanceof CannotOpen ? null : getCause(); // its message has the cause
        return cause == null ? String.valueOf(getMessage()) : getMessage() + ": " + Failures.why(cause);
    }

    /** Returns whether the file of an embedded database is damaged. */
    public boolean isDamage() {
        return Failures.isDamage(this);
    }

    /** Returns whether the unit may be written all the same: the connection broke during its commit, and the server has not come back. */
    public boolean mayHaveTakenEffect() {
        return false;
    }
}
