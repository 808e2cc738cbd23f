/**
 * What requests may take of the heap, and who takes how much of it: bytes that arrive and what reading makes of them are charged to one
 * budget, an account's and an address's share of it included.
 *
 * <p>Invariants: nothing a caller sends is read into memory beyond a step of {@value dev.tollgate.base.memory.Tally#STEP_BYTES} bytes without
 * having been charged; what was charged is given back once the last who holds it lets go, whoever leaves first.
 *
 * <p>Threading: budget and leases are safe for any thread; a tally belongs to the reader that made it.
 *
 * <p>This is ground: it knows {@code error} and no feature.
 */
@NullMarked
package dev.tollgate.base.memory;

import org.jspecify.annotations.NullMarked;
