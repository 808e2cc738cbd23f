/**
 * Media files: their types, determined by their first bytes and not by their labels; downloads from callers' URLs; storage during their call.
 *
 * <p>Translation leaves slots in the body for downloads ({@code DataSlot}, {@code ContentPartSlot}), and for Gemini also for large data URLs and for
 * GIFs, whose first frame becomes a PNG. {@code Loading} fills them before anything is reserved, since only then their price is known, but after a
 * look at the balance. Loaded files belong to the call ({@link CallMedia}). When a call is sent to Gemini, {@code MediaPlacement} decides what goes
 * into the body as base64 and what is uploaded first ({@code FileUploads}, one cache for each channel); an OpenAI-compatible server gets all media in
 * the body. Both are read from the file step by step ({@code BodySender}), so a call holds some 100 KiB of its media.
 *
 * <p>What a model makes goes the other way: long base64 of its answer is written to files as it comes ({@code MadeReader}) and stays base64 until it is sent, so
 * that only a name of it passes through the readers ({@link MadeFiles}). Without room the upstream is not read from.
 *
 * <p>The content of a file is known only after its download, and not every channel accepts it: in {@code PreparedAsk.loaded} a channel says so,
 * before the reservation for the first one, and at each failover.
 *
 * <p>Invariants: a type from here was seen in the bytes, or is text. A connection goes to a checked address, and every redirect is checked again
 * ({@link Guard}). A URL is parsed once, here. A file is never whole in memory unless it is small, and nothing of it is left on disk when the process
 * ends. Bytes, time, redirects, concurrent downloads and files in all have limits (D29).
 *
 * <p>Threading: downloads block and run on virtual threads that are interrupted when their call ends; connections live on event loops. Type decisions
 * are immutable.
 */
@NullMarked
package dev.tollgate.upstreams.media;

import org.jspecify.annotations.NullMarked;
