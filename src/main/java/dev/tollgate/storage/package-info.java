/**
 * The ground under the stores: the database, embedded or on a server, its migrations, and the units of work that are committed to it. It knows
 * no store.
 *
 * <p>A store contributes {@link dev.tollgate.storage.Change}s (what is to happen) and a {@link dev.tollgate.storage.Part} (how
 * its changes are decided and written). A {@link dev.tollgate.storage.Unit} is a list of changes that commit together or not at all. One
 * {@link dev.tollgate.storage.Writer} collects waiting units, runs the parts over them in a fixed order, and makes them durable
 * in one transaction, so that the cost of a sync is shared.
 *
 * <p>{@code FileWatch} notices that SQLite's files have been replaced or that others write to them. On PostgreSQL several servers ("nodes") share the
 * tables: a batch locks the rows that it decides on, in a fixed order; notes of a use and sweeps come last and pass over what another node holds,
 * so that no two batches wait for each other. A node holds a lease ({@code NodeLease}); what a dead one left open the others give back. The SQL
 * is the same but for statements over many rows ({@code RowStatement}), and the same tests run on both.
 *
 * <p>Invariants: one process owns a data folder (the lock file); several may share a server, each with a lease; only the writer's
 * thread writes (and the lease its own row); a unit is reported
 * only after the sync, but for one that rides, which is reported when it is decided and says when it is durable; what the read connections see includes every unit reported before the read began.
 *
 * <p>Threading: {@code Writer.commit} never blocks and may be called from an event loop; {@code Database.read} blocks and must
 * not. The SQL keeps to what SQLite and PostgreSQL 15 both understand.
 */
@NullMarked
package dev.tollgate.storage;

import org.jspecify.annotations.NullMarked;
