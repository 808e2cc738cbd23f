package dev.tollgate.storage;

/** A request to one store to write within a unit. A change belongs to one unit and is applied by exactly one part. */
public interface Change {

    /** Once it is decided: whether there is anything to write. */
    default boolean writes() {
        return true;
    }
}
