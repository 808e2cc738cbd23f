package dev.tollgate.keys;

import dev.tollgate.limits.Rates;

/** Who a caller is. */
public sealed interface Authentication {

    /**
     * The key is good; where it may be used from and for what is still to be asked of it.
     *
     * @param accountRates what all keys of its account may use together
     */
    record Found(Key key, Rates accountRates) implements Authentication {

        public Found(Key key) {
            this(key, Rates.NONE);
        }
    }

    /** There is no such key, or it does not have the form of one. */
    record Unknown() implements Authentication {}

    record Disabled() implements Authentication {}

    record Expired() implements Authentication {}

    record Deleted() implements Authentication {}

    /** The key has another secret by now, and the time of this one is over. */
    record Replaced() implements Authentication {}

    record AccountBlocked() implements Authentication {}

    /** The store could not be asked: 503, not 401. */
    record Unavailable() implements Authentication {}
}
