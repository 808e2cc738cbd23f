package dev.tollgate.admin;

/** What was asked for is not possible: no such account, a value that is not allowed. The message is for the operator. */
public final class Refused extends Exception {

    private static final long serialVersionUID = 1L;

    public Refused(String message) {
        super(message);
    }
}
