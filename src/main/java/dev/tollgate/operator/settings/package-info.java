/**
 * Settings that the operator has changed while the program runs.
 *
 * <p>Invariants: only what is marked changeable is stored, and only with a value that is allowed; argument, environment and file win over it;
 * a change that is committed here holds at once on this server, and on another one within {@link dev.tollgate.operator.settings.StoredSettings#LOOK_EVERY}.
 *
 * <p>Threading: written on the writer's thread; {@link dev.tollgate.operator.settings.StoredSettings} is thread-safe, its reads block.
 */
@NullMarked
package dev.tollgate.operator.settings;

import org.jspecify.annotations.NullMarked;
