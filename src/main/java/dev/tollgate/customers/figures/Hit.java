package dev.tollgate.customers.figures;

/** What was found of an account's. */
public sealed interface Hit {

    /** @param id of the task */
    record OfCall(String id) implements Hit {}

    record OfKey(String id, String name, String prefix) implements Hit {}
}
