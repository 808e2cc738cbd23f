/**
 * The ground under the stores: the database, embedded or on a server, its migrations, and the units of work that are committed to it. It knows no
 * store.
 *
 * <p>A store contributes {@link Change}s (what is to happen) and a {@link Part} (how its changes are decided and written). A {@link Unit} is a list
 * of changes that commit together or not at all. One {@link Writer} collects waiting units, runs the parts over them in a fixed order, and makes them
 * durable in one transaction, so the cost of a sync is shared.
 *
 * <p>{@code FileWatch} notices that SQLite's files were replaced or that other programs write to them, {@code OpenSign} at the next opening that
 * a crashed process's log is lost. On PostgreSQL several servers (nodes) share
 * the tables. A batch locks the rows that it decides on, in a fixed order; records of a use and sweeps come last and skip rows that another node
 * holds, so no two batches wait for each other. A node holds a lease ({@code NodeLease}); the others release what a dead one left open. Each renewal
 * measures the offset of the node's clock from the database's ({@code DatabaseClock}), by which prices change on all nodes together. The SQL is
 * the same except for statements over many rows ({@code RowStatement}), and the same tests run on both.
 *
 * <p>Invariants: one process owns a data folder (the lock file); several may share a database, each with a lease. Only the writer's thread writes
 * (and the lease its own row). A unit is reported only after the sync, except a unit that rides, which is reported when it is decided and says when
 * it is durable. Read connections see every unit reported before the read began.
 *
 * <p>Threading: {@code Writer.commit} never blocks and may be called from an event loop; {@code Database.read} blocks and must not. The SQL keeps to
 * what SQLite and PostgreSQL 15 both understand.
 */
@NullMarked
package dev.tollgate.storage;

import org.jspecify.annotations.NullMarked;
