/**
 * The Files API: resumable uploads, storage of uploaded files, and descriptions of media.
 *
 * <p>Invariants: bytes go to disk as they arrive and are never held whole. Number and bytes of files are bounded, and the folder is removed at the
 * end.
 *
 * <p>Threading: the storage is thread-safe and holds no lock during disk access; an upload is written by the thread that has claimed it.
 */
@NullMarked
package dev.tollgate.sandbox.files;

import org.jspecify.annotations.NullMarked;
