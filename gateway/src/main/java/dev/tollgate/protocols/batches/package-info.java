/**
 * OpenAI's files of batches: inputs that callers upload, which lie in the file store, and results, which are never written (J29).
 *
 * <p>Invariants: a file exists once its upload has ended, for keys that read as its owner and for the key that made it; to all others it does not exist.
 * Of an upload 256 KiB are in memory, whatever its size.
 *
 * <p>Threading: all classes are thread-safe. An upload is read on a thread of its own, which blocks.
 */
@NullMarked
package dev.tollgate.protocols.batches;

import org.jspecify.annotations.NullMarked;
