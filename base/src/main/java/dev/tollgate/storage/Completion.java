package dev.tollgate.storage;

import org.jspecify.annotations.Nullable;

/** Told once what became of a unit: null when it is durable, else why nothing of it took effect. */
@FunctionalInterface
public interface Completion {

    void completed(@Nullable StoreException failure);
}
