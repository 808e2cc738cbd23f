package dev.tollgate.keys;

import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.KeyCaller.LabelRules;

/** The result of authenticating a caller. */
public sealed interface Authentication {

    /**
     * The key is good; where it may be used from and for what is still to be asked of it.
     *
     * @param accountRates what all keys of its account may use together
     * @param labels which labels of its calls the account counts
     */
    record Found(Key key, CallLimits accountRates, LabelRules labels) implements Authentication {

        public Found(Key key) {
            this(key, CallLimits.NONE, LabelRules.NONE);
        }
    }

    /** The key does not exist, or does not have the form of a key. */
    record Unknown() implements Authentication {}

    /** The key exists but may not be used; its owner is known. */
    sealed interface NotUsable extends Authentication {
        Key key();
    }

    record Disabled(Key key) implements NotUsable {}

    record Expired(Key key) implements NotUsable {}

    record Deleted(Key key) implements NotUsable {}

    /** The key has another secret by now, and the time of this one is over. */
    record Replaced(Key key) implements NotUsable {}

    record TeamPaused(Key key) implements NotUsable {}

    record AccountBlocked(Key key) implements NotUsable {}

    /** The store could not be asked: 503, not 401. */
    record Unavailable() implements Authentication {}
}
