package dev.tollgate.operator.admin;

/** What was asked for is not possible: no such account, a value that is not allowed. The message is for the operator. */
public final class Refused extends Exception {

    private static final long serialVersionUID = 1L;

    /** What kind of refusal it is. */
    public enum Why {
        /** What was asked for can never be. */
        INVALID,
        /** There is no such thing. */
        NOT_FOUND,
        /** Not as things stand: a call that still runs, a balance that does not suffice, an id that was used for something else. */
        CONFLICT
    }

    private final Why why;

    public Refused(String message) {
        this(Why.INVALID, message);
    }

    public Refused(Why why, String message) {
        super(message);
        this.why = why;
    }

    public Why why() {
        return why;
    }
}
