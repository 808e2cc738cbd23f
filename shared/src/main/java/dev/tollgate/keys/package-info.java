/**
 * API keys: their secrets, what each may do, and the identity of a caller.
 *
 * <p>A key is {@code sk-} and 64 lower-case hex digits (D13). Only its SHA-256 is stored: the secret has 256 random bits, so a fast hash is enough,
 * and it is shown once. A disabled, expired or blocked key is found in two places. {@link Keys#authenticate} answers from a cache that every change
 * through this process invalidates. {@link KeyState} reads the row again, with its spend limits, in the transaction of each reservation and each
 * extension of a hold, so no call that costs money trusts a cache.
 *
 * <p>{@link KeyRoll} recognises unknown keys without a database query. {@link KeyLookups} reads existing keys that are not cached: once for all
 * concurrent callers, and no address can use all reads.
 *
 * <p>A deleted key keeps its row, for its name. A
 * rotated key has a new secret, and for a time also the previous one. A hidden key, one for each member, has no secret: the playground's
 * calls count under it, and toward the member's budgets. An account may have an older one without a member, for its history.
 *
 * <p>The writer runs two parts: {@link Keys#statePart} before the ledger, which asks it; {@link Keys#changesPart} after it, since one unit can create
 * an account and its key.
 *
 * <p>Invariants: no key creates or changes a management key. A change does not overwrite a concurrent one. No log line, error message or
 * {@code toString} contains a secret. An allowlist that is not empty admits only its addresses.
 *
 * <p>Threading: {@code authenticate} is for event loops; the other reads block. Records are immutable.
 */
@NullMarked
package dev.tollgate.keys;

import org.jspecify.annotations.NullMarked;
