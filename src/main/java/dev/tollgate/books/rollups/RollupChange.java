package dev.tollgate.books.rollups;

import dev.tollgate.storage.Change;

/** A change of the roll-ups. What is counted depends on a change of the ledger in the same unit, which has been applied before it. */
public sealed interface RollupChange extends Change
        permits CountCall, CountAbandoned, CountRefund, FoldUsage, CorrectUsage {}
