package dev.tollgate.storage;

/** What one store is asked to write within a unit. A change belongs to one unit and is applied by exactly one part. */
public interface Change {}
