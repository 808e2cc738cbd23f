/**
 * Usage in JSON: one object in OpenAI's words, which stands in an answer, in the record of its task and in its receipt, whichever door was asked.
 *
 * <p>Invariants: each form has the same members and the same figures. A receipt is hashed over the text, so that a change of the canonical form
 * would break every chain that exists.
 *
 * <p>Threading: it keeps no state.
 */
@NullMarked
package dev.tollgate.usage;

import org.jspecify.annotations.NullMarked;
