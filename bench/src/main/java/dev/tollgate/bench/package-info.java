/**
 * What the gateway costs: a mock Gemini upstream, a load generator, and a runner that starts both with the gateway and nginx and compares.
 *
 * <p>Invariants: every phase is bounded in time and in calls; every answer is checked, and an answer that is not whole is an error and
 * never a measurement; traffic goes to loopback only; whatever the runner has started ends with it.
 *
 * <p>Threading: mock and load generator each own one event loop thread and keep all their state on it. The runner is one thread.
 */
@NullMarked
package dev.tollgate.bench;

import org.jspecify.annotations.NullMarked;
