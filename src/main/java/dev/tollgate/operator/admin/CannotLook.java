package dev.tollgate.operator.admin;

/** The failure to read the data of a check, whose result is therefore unknown. The message is for the operator. */
public final class CannotLook extends Exception {

    private static final long serialVersionUID = 1L;

    public CannotLook(String message) {
        super(message);
    }
}
