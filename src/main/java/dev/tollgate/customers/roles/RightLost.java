package dev.tollgate.customers.roles;

/** The right to make a change was lost before it was committed; nothing of it was. */
public final class RightLost extends RuntimeException {

    private static final long serialVersionUID = 1;

    RightLost() {
        super("the right was lost since the page was opened", null, false, false);
    }
}
