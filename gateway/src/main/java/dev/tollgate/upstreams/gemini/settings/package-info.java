/**
 * The parts of a request besides its contents: generation settings, thinking, safety, tools, and the schemas that Gemini accepts. What it is known
 * to refuse is refused here, by the caller's name of the field.
 *
 * <p>Threading: a writer is used for one request on one thread.
 */
@NullMarked
package dev.tollgate.upstreams.gemini.settings;

import org.jspecify.annotations.NullMarked;
