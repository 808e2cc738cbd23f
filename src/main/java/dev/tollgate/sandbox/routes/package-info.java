/**
 * What a path asks for, on the Gemini API and on Vertex AI; which model answers it, at that time; whose project asks.
 *
 * <p>Everything here is immutable.
 */
@NullMarked
package dev.tollgate.sandbox.routes;

import org.jspecify.annotations.NullMarked;
