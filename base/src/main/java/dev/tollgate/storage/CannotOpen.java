package dev.tollgate.storage;

/** The data folder cannot be used; the message is a sentence for the operator. */
public final class CannotOpen extends StoreException {

    public CannotOpen(String message) {
        super(message);
    }

    public CannotOpen(String message, Throwable cause) {
        super(message, cause);
    }
}
