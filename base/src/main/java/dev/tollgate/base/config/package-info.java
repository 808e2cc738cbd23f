/**
 * Settings: one table of names, types, defaults and meanings, read from arguments, environment and a YAML file.
 *
 * <p>Invariants: precedence is argument, environment, file, default. An invalid value stops the start with its place, the value and the allowed
 * values. No message and no {@code toString} contains a secret. This package is ground: it imports no feature.
 *
 * <p>Threading: settings are immutable once read.
 */
@NullMarked
package dev.tollgate.base.config;

import org.jspecify.annotations.NullMarked;
