/**
 * Settings: one table of names, types, defaults and meanings, read from arguments, environment and a YAML file.
 *
 * <p>Invariants: an argument wins over the environment, the environment over the file, the file over the default; a value that
 * is not allowed stops the start with the place where it stands, what came and what is allowed; a secret is in no message and
 * in no {@code toString}. This package is ground: it imports no feature.
 *
 * <p>Threading: everything is immutable once read.
 */
@NullMarked
package dev.tollgate.base.config;

import org.jspecify.annotations.NullMarked;
