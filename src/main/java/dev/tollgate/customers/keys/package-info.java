/**
 * API keys: their secrets, what each may do, and who a caller is.
 *
 * <p>A key is {@code sk-} and 64 lower-case hex digits (decision D13). Only its SHA-256 is stored: the secret has 256 bits of
 * randomness, so a fast hash is enough, and it is shown once, when it is made. A disabled, expired or blocked key is found in two
 * places: {@link dev.tollgate.customers.keys.Keys#authenticate} answers from a cache that every change made through this process
 * invalidates, and {@link dev.tollgate.customers.keys.KeyState} reads the row again in the transaction of each reservation and
 * of each growth of a hold, its spend limits included, so that no call that costs money trusts a cache.
 *
 * <p>A key that nobody has is told by {@link dev.tollgate.customers.keys.KeyRoll}, without a question to the database for each. One that
 * somebody has and the cache has not is read by {@link dev.tollgate.customers.keys.KeyLookups}: once for all who ask meanwhile, and no address can have
 * all reads.
 *
 * <p>What people do with keys goes through {@link dev.tollgate.customers.keys.CustomerKeys}, from a page or over HTTP ({@link
 * dev.tollgate.customers.keys.KeysHandler}). A deleted key is a state: its row stays, for its name. A rotated one has another secret, and for a time the one
 * before, too. A hidden one, of which each account has at most one, has none: the playground's calls count under it.
 *
 * <p>Two parts of the writer's work: {@link dev.tollgate.customers.keys.Keys#statePart} before the ledger, which asks it; {@link
 * dev.tollgate.customers.keys.Keys#changesPart} after it, since a key may be made in one unit with its account.
 *
 * <p>Invariants: no key makes a management key or changes one; what another has changed meanwhile is not overwritten; no secret in a log, an error message or a {@code toString}; an allowlist that is not empty admits nobody else.
 *
 * <p>Threading: {@code authenticate} is made for event loops; the other reads block. Records are immutable.
 */
@NullMarked
package dev.tollgate.customers.keys;

import org.jspecify.annotations.NullMarked;
