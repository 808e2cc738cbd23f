package dev.tollgate.calls.lines;

/** The terms of a call: they say who waits for its answer (J13, J18). */
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
     * The terms of a batch's line. It holds its most at the start, so that nothing cuts it, and keeps nothing but its result.
     *
     * @param atFlex whether it asks for flex without a word of its caller (J3): then it runs at no other tier
     */
    record OfLine(boolean atFlex) implements CallTerms {}

    /** Returns whether no caller waits: such a call is never hedged, takes nothing from a retry budget, and leaves half of each rate to others (J13). */
    default boolean isPatient() {
        return !(this instanceof OfCaller);
    }

    /** Returns whether it is a line's. */
    default boolean isOfLine() {
        return this instanceof OfLine;
    }
}
