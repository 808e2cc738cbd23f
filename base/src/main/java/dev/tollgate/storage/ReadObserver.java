package dev.tollgate.storage;

/** Receives the duration of each read, on the thread that reads; must not block or throw. */
@FunctionalInterface
public interface ReadObserver {

    /** Ignores every read. */
    ReadObserver NONE = (use, nanos) -> {};

    /** The purpose of a read. */
    enum Use {
        /** A read of the program or the operator. */
        OWN,
        /** A read for an account, in its turn. */
        ACCOUNT
    }

    /** @param nanos includes the wait for a connection, and for the account's turn */
    void read(Use use, long nanos);
}
