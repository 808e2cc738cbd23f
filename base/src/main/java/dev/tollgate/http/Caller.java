package dev.tollgate.http;

import dev.tollgate.base.ids.KeyOwner;
import org.jspecify.annotations.Nullable;

/** A caller who has an account. The gate's own type may say more. */
public interface Caller {

    /** The account that pays. */
    String accountId();

    /** Returns the owner of the key whose calls the caller may read; null for all calls of the account. */
    default @Nullable KeyOwner reads() {
        return null;
    }

    /** Returns whether a model may be called, by its id: what may not is not there. */
    default boolean mayUse(String model) {
        return true;
    }
}
