/**
 * The models that answer instead of those that were sent: what is one model under two names, whose list price an answer costs, and what is reported to the operator.
 *
 * <p>Nothing here knows a call: the meter says what was sent and what answered.
 */
@NullMarked
package dev.tollgate.calls.answering;

import org.jspecify.annotations.NullMarked;
