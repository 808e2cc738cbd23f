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

    /** Nothing was done. */
    sealed interface Refused extends KeyResult {}

    /** The account has none of that id. */
    record NoSuchKey() implements Refused {}

    /** The key was changed since it was read. @param key as it is now */
    record ChangedMeanwhile(Key key) implements Refused {}

    /** The account, the member or the team has as many keys as it may have. */
    record TooMany() implements Refused {}

    /** The account has done this too often today. */
    record TooOften(Duration left) implements Refused {}

    /** Only its member gets another secret of a personal key, with which one could read what the member's keys have kept. */
    record NotYours() implements Refused {}

    /** The role of the member does not include this. */
    record NotAllowed() implements Refused {}

    /** A management key may not be made or changed from here. */
    record NotByKey() implements Refused {}

    /** The account has no such member or team, or the member is not in the team. */
    record NoSuchOwner() implements Refused {}

    /** The account no longer exists. */
    record NoSuchAccount() implements Refused {}
}
