/**
 * The meaning of a path on the Gemini API and on Vertex AI: the method, the model that answers at that time, and the caller's project.
 *
 * <p>Threading: everything is immutable.
 */
@NullMarked
package dev.tollgate.sandbox.routes;

import org.jspecify.annotations.NullMarked;
