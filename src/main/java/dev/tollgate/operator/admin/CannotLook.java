package dev.tollgate.operator.admin;

/** What was to be checked cannot be read, so nothing is known of it. The message is for the operator. */
public final class CannotLook extends Exception {

    private static final long serialVersionUID = 1L;

    public CannotLook(String message) {
        super(message);
    }
}
