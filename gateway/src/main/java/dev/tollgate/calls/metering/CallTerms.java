package dev.tollgate.calls.metering;

import java.util.List;

/** What differs for a call by who waits for its answer (J13, J18). */
public sealed interface CallTerms {

    /** The terms of a call whose caller waits. */
    CallTerms OF_CALLER = new OfCaller();

    /** The terms of an answer in the background. */
    CallTerms OF_ANSWER = new OfAnswer();

    /** See {@link #OF_CALLER}. */
    record OfCaller() implements CallTerms {}

    /** See {@link #OF_ANSWER}. */
    record OfAnswer() implements CallTerms {}

    /**
     * The terms of a batch's line. It holds its most at the start, so nothing cuts it, and keeps nothing beside its result.
     *
     * @param room of its batch and account
     * @param atFlex whether it asks for flex although its body names no tier (J3): then it never gets another one
     * @param passedOver fields of its body that were passed over
     */
    record OfLine(LineRoom room, boolean atFlex, List<String> passedOver) implements CallTerms {

        public OfLine {
            passedOver = List.copyOf(passedOver);
        }
    }

    /** Returns whether no caller waits: such a call is never hedged, takes nothing from a retry budget, and leaves half of each rate to others (J13). */
    default boolean isPatient() {
        return !(this instanceof OfCaller);
    }

    /** Returns whether it holds its most at the start, or does not begin (J18). */
    default boolean holdsItsMost() {
        return this instanceof OfLine;
    }
}
