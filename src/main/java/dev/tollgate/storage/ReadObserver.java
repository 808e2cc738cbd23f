package dev.tollgate.storage;

/** Told of each read that has come to its end, on the thread that reads; must not block or throw. */
@FunctionalInterface
public interface ReadObserver {

    /** Nobody. */
    ReadObserver NONE = (use, nanos) -> {};

    /** What is read for. */
    enum Use {
        /** The program's own, and the operator's. */
        OWN,
        /** An account's, in its turn. */
        ACCOUNT
    }

    /** @param nanos with the wait for a connection, and for the account's turn */
    void read(Use use, long nanos);
}
