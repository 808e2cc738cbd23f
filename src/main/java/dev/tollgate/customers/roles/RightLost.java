package dev.tollgate.customers.roles;

import dev.tollgate.storage.UnitRefused;

/** The right to make a change was lost before it was committed; nothing of it was. */
public final class RightLost extends UnitRefused {

    private static final long serialVersionUID = 1;

    RightLost() {
        super("the right was lost since the page was opened");
    }
}
