package dev.tollgate.calls.kept;

import dev.tollgate.books.ledger.Settle;

/** Keeps a response, if it is charged in the same unit. */
record KeepResponse(Settle settle, KeptEntry entry) implements KeptChange {}
