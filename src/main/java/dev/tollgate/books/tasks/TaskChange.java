package dev.tollgate.books.tasks;

import dev.tollgate.storage.Change;

/** A change of the tasks. Each depends on a change of the ledger in the same unit, which has been applied before it. */
public sealed interface TaskChange extends Change permits CloseTask, FailAbandoned {}
