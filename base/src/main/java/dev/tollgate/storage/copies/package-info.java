/**
 * Copies of an embedded database in a folder on another disk or machine, made by the server again and again (C31), and the choice of one for a
 * restore (C32).
 *
 * <p>Invariants: the folder, which may be slow, full or gone, is touched by the threads of the copies and of the daily check alone (C37), and only while
 * they have no handle of the books open: no call ever waits for it. A server writes and deletes in the subfolder of its own installation only.
 *
 * <p>Threading: {@code Copies} has one thread, and tells its state to any other. Commands use the rest on their own thread.
 */
@NullMarked
package dev.tollgate.storage.copies;

import org.jspecify.annotations.NullMarked;
