/**
 * The Files API: resumable uploads, the shelf of what was uploaded, and words for media.
 *
 * <p>Invariants: bytes go to disk as they come and are never held whole; the shelf is bounded by number and by bytes, and its folder is
 * removed at the end.
 *
 * <p>Threading: the shelf is safe to use from any thread and holds no lock while the disk is asked; an upload is written by whoever has
 * taken it.
 */
@NullMarked
package dev.tollgate.sandbox.files;

import org.jspecify.annotations.NullMarked;
