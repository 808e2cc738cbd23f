package dev.tollgate.customers.payments;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.words.Sentence;

/** The result of a notice; {@link #code} is its text in the database. */
public enum Verdict {
    /** The notice took effect. */
    TAKEN("taken"),
    /** The payment is not known to be paid yet; the notice takes effect once it is. */
    KEPT("kept"),
    /** The notice has no effect and is listed as refused. It is judged again if the service sends it again. */
    REFUSED("refused"),
    /** The notice says nothing, or moves no money and is of no payment page that is known here. It leaves no trace. */
    OF_NO_USE("of_no_use"),
    /** The notice is refused for a temporary reason; the service should send it again soon. Stored as refused. */
    TOO_EARLY("refused"),
    /** The notice was received before. */
    REPLAYED("replayed"),
    /** The payment changed after it was read: nothing is written, and the notice is tried again. */
    AGAIN("again");

    private final String code;

    Verdict(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }

    Sentence word() {
        return switch (this) {
            case TAKEN -> sentence("outcome::counts now");
            case KEPT -> sentence("outcome::kept until its payment is known");
            case REFUSED, TOO_EARLY, AGAIN -> sentence("outcome::refused");
            case OF_NO_USE -> sentence("outcome::says nothing about a payment");
            case REPLAYED -> sentence("outcome::nothing changed");
        };
    }
}
