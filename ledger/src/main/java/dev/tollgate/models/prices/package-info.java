/**
 * Prices that the operator has set while the program runs. Each is a version of its own, permanently: earlier calls keep theirs, and a running call
 * is charged at the price of its hold.
 *
 * <p>Invariants: the newest version of a model whose time has come applies and overrides the catalogue's. Versions are added and never changed. A committed version
 * applies to the next call on this server, and on another one within {@link SetPrices#LOOK_EVERY}. A version of the catalogue means the rates that
 * its first start has recorded.
 *
 * <p>Price groups (Z1) multiply the standard prices for the accounts in them. A price of a group has a row of its own before a call can name it; a price without a
 * row is not used, and the one before it stays.
 *
 * <p>Threading: prices are set on the writer's thread; {@link SetPrices} is thread-safe, its reads block.
 */
@NullMarked
package dev.tollgate.models.prices;

import org.jspecify.annotations.NullMarked;
