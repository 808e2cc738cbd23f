/**
 * Whether an answer fits the JSON Schema that its caller asked for (D48). Schema and text come from strangers: each check has a
 * budget of steps, depth and regular-expression work, loads nothing from anywhere, and says that it could not tell where a
 * budget is used up. The rules are a library's; what is here is the budget.
 *
 * <p>Threading: checks run on a few threads of their own, never on an event loop.
 */
@NullMarked
package dev.tollgate.calls.schema;

import org.jspecify.annotations.NullMarked;
