/**
 * Prices that the operator has set while the program runs. Each is a version of its own, for good: past calls keep theirs, and a call that
 * runs is charged at the price that it was held for.
 *
 * <p>Invariants: the newest version of a model holds and wins over the catalogue's; versions are added and never changed; a version that is
 * committed here holds for the next call on this server, and on another one within {@link dev.tollgate.models.prices.SetPrices#LOOK_EVERY};
 * a version of the catalogue means the rates that its first start has recorded.
 *
 * <p>Threading: prices are set on the writer's thread; {@link dev.tollgate.models.prices.SetPrices} is thread-safe, its reads block.
 */
@NullMarked
package dev.tollgate.models.prices;

import org.jspecify.annotations.NullMarked;
