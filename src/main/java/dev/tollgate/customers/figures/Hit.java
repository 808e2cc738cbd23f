package dev.tollgate.customers.figures;

/** A thing of an account that was found. */
public sealed interface Hit {

    /** @param id of the task */
    record OfCall(String id) implements Hit {}

    record OfKey(String id, String name, String prefix) implements Hit {}
}
