/**
 * Settings that the operator has changed while the program runs.
 *
 * <p>Invariants: only changeable settings are stored, and only with an allowed value. Argument, environment and file override them. A committed
 * change applies immediately on this server, and on another one within {@link StoredSettings#LOOK_EVERY}.
 *
 * <p>Threading: written on the writer's thread; {@link StoredSettings} is thread-safe, its reads block.
 */
@NullMarked
package dev.tollgate.operator.settings;

import org.jspecify.annotations.NullMarked;
