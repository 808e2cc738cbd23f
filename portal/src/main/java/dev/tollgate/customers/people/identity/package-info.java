/**
 * The identities of people beyond this server: at external services, and the marks of addresses and identities that have had start credits.
 *
 * <p>Invariants: a mark is a print of an address or an identity, never the value itself; it outlives its account, so start credits are given once.
 *
 * <p>Threading: changes are applied on the writer's thread; reads block.
 */
@NullMarked
package dev.tollgate.customers.people.identity;

import org.jspecify.annotations.NullMarked;
