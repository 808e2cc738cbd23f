package dev.tollgate.books.ledger;

/** Receives each entry once it is durable, on the writer's thread; must not block or throw. */
@FunctionalInterface
public interface EntryObserver {

    /** Ignores every entry. */
    EntryObserver NONE = (kind, from, micros) -> {};

    /** @param micros above zero */
    void entered(EntryKind kind, Bucket from, long micros);
}
