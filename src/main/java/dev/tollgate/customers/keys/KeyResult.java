package dev.tollgate.customers.keys;

import java.time.Duration;

/** The result of a customer's action on a key. */
public sealed interface KeyResult {

    /** @param secret the whole key, to be shown this once */
    record Made(Key key, String secret) implements KeyResult {

        @Override
        public String toString() {
            return "Made[" + key.id() + "]";
        }
    }

    /** An earlier request made this key and showed its secret. @param key as it is now */
    record MadeBefore(Key key) implements KeyResult {}

    /** @param key as it is now */
    record Done(Key key) implements KeyResult {}

    /** The account has none of that id. */
    record NoSuchKey() implements KeyResult {}

    /** Somebody else has changed it since it was read. @param key as it is now */
    record ChangedMeanwhile(Key key) implements KeyResult {}

    /** The account has {@link CustomerKeys#KEYS_MAX} keys. */
    record TooMany() implements KeyResult {}

    /** The account has done this too often today. */
    record TooOften(Duration left) implements KeyResult {}

    /** A management key may not be made or changed from here. */
    record NotByKey() implements KeyResult {}

    /** The account no longer exists. */
    record NoSuchAccount() implements KeyResult {}
}
