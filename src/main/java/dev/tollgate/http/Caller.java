package dev.tollgate.http;

/** A caller who has an account. The gate's own type may say more. */
public interface Caller {

    /** The account that pays. */
    String accountId();

    /** Returns whether a model may be called, by its id: what may not is not there. */
    default boolean mayUse(String model) {
        return true;
    }
}
