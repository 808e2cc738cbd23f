package dev.tollgate.customers.roles;

import dev.tollgate.storage.Unit;

/** The right to make a change was lost before it was committed; nothing of it was. */
public final class RightLost extends Unit.Refused {

    private static final long serialVersionUID = 1;

    RightLost() {
        super("the right was lost since the request was let in");
    }
}
