package dev.tollgate.storage;

/** The refusal of a unit by one of its changes, which found its condition lost: nothing of the unit is written, and nothing is wrong with the store. */
public abstract class UnitRefused extends RuntimeException {

    private static final long serialVersionUID = 1;

    protected UnitRefused(String message) {
        super(message, null, false, false);
    }
}
