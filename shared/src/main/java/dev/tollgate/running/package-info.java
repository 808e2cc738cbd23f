/**
 * The running calls and the state of channels, as pages and the operator's routes show them. The code that answers calls makes these values.
 * Records are immutable. {@link dev.tollgate.running.Sweep} is work that both halves do again and again.
 */
@NullMarked
package dev.tollgate.running;

import org.jspecify.annotations.NullMarked;
