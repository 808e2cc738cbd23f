package dev.tollgate.keys;

/** Who a caller is. */
public sealed interface Authentication {

    /** The key is good; where it may be used from and for what is still to be asked of it. */
    record Found(Key key) implements Authentication {}

    /** There is no such key, or it does not have the form of one. */
    record Unknown() implements Authentication {}

    record Disabled() implements Authentication {}

    record Expired() implements Authentication {}

    record AccountBlocked() implements Authentication {}

    /** The store could not be asked: 503, not 401. */
    record Unavailable() implements Authentication {}
}
