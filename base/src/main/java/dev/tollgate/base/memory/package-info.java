/**
 * Heap used by requests, and who uses it: arriving bytes and everything parsed from them are charged to one budget, with shares for accounts and
 * addresses.
 *
 * <p>Invariants: no caller's input is read into memory beyond a step of {@value Tally#STEP_BYTES} bytes without a charge. A charge is released when
 * its last holder lets go, regardless of the order.
 *
 * <p>Threading: budget and leases are thread-safe; a tally belongs to its reader.
 *
 * <p>This is ground: it knows {@code base.error} and no feature.
 */
@NullMarked
package dev.tollgate.base.memory;

import org.jspecify.annotations.NullMarked;
