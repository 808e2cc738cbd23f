/**
 * Kept responses of the doors of Responses and Interactions, each with a form of its own (E28 to E31, Y47): what a caller can read again, delete, and
 * continue from.
 *
 * <ul>
 *   <li>A row has a call's input and its response object, compressed and then encrypted for their id and account. Keys of the owner of
 *       the key that made it may read it, and that key, also after it was moved, until it gets a new secret: who gets that secret reads nothing of a
 *       former member's (the key's rows, {@code keys/KeyRows}). To all others it does not exist.
 *   <li>It is written in the unit of the settlement, so it is there when the end of the response leaves, on every node and after a restart. A
 *       response that was not charged is not kept.
 *   <li>A conversation is the chain of rows up their {@code previous_id}, read in one query.
 *   <li>An account's rows form a tape of bytes: each uses its size, and the commit that writes deletes rows beyond the account's share. A use is
 *       recorded when the last record is a day old; a sweep deletes rows unused for 30 days, and the least recently used ones above the limit for
 *       all accounts.
 * </ul>
 *
 * <p>Invariants: no content is stored unencrypted; a deletion leaves no row; the size of a row, a chain, an account's share and all of them is bounded.
 *
 * <p>Threading: changes are applied on the writer's thread. {@link KeptResponses} is thread-safe; its reads, {@code delete} and {@code sweep} block,
 * and packing takes some milliseconds a megabyte.
 */
@NullMarked
package dev.tollgate.calls.kept;

import org.jspecify.annotations.NullMarked;
