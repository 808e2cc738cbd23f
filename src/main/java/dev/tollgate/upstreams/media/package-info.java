/**
 * What media are, and how they get here: their types, told by their first bytes and not by what somebody says of them; downloads from
 * URLs of callers; the place where they lie while their call runs.
 *
 * <p>Translation leaves places in the body for what has to be downloaded ({@code gemini/DataSlot}, {@code compat/ContentPartSlot}), and for Gemini
 * for large data URLs and for GIFs, whose first frame is made a PNG. {@code metering/Loading} has both done before anything is reserved, since only
 * then it is known what they may cost, but after a look at the balance. What was loaded belongs to the call ({@link
 * dev.tollgate.upstreams.media.CallMedia}) and goes with it. When a call is sent to Gemini, {@code gemini/MediaPlacement} decides what stands in the body as
 * base64 and what is uploaded first ({@code gemini/FileUploads}, one cache for each channel); an OpenAI-compatible server gets all media in the body.
 * Both are read from the file step by step ({@code channel/BodySender}): a call holds some 100 KiB of its media.
 *
 * <p>What a downloaded file is shows only then, and not every channel takes it: {@code PreparedAsk.loaded} is where a channel says so, before the
 * reservation for the first one and when another one is asked instead.
 *
 * <p>Invariants: a type that comes from here was seen in the bytes, or is text. A connection goes to an address that was judged, and
 * every redirect is judged anew ({@link dev.tollgate.upstreams.media.Guard}); a URL is read once, here, and its spelling has no second reader. A
 * medium is never whole in memory unless it is small, and nothing of it is left on disk when the process ends. Bytes, time, redirects,
 * downloads at once, files in all: each has a limit (D29).
 *
 * <p>Threading: downloads block and run on virtual threads that are interrupted when their call ends; the connections themselves live on
 * event loops. What decides about types is immutable.
 */
@NullMarked
package dev.tollgate.upstreams.media;

import org.jspecify.annotations.NullMarked;
