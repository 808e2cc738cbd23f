/**
 * Checks whether a response matches the JSON Schema of its request (D48). Schema and text are untrusted: each check has a budget of steps, depth and
 * regular-expression work, loads nothing, and says that it could not decide when the budget is used up. A library has the rules; this package has the
 * budget.
 *
 * <p>Threading: checks run on a few threads of their own, never on an event loop.
 */
@NullMarked
package dev.tollgate.calls.schema;

import org.jspecify.annotations.NullMarked;
