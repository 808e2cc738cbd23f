package dev.tollgate.storage;

/** A unit that was reported once it was decided. */
public interface Riding {

    /** Returns whether the unit is durable. If its commit fails it never becomes durable, and units that depend on it fail, too. */
    boolean isDurable();
}
