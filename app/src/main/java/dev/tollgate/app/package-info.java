/**
 * The composition of the program: it creates its parts, in the order in which they need each other, and closes them. Only {@code Main} imports it.
 *
 * <p>Threading: one thread starts the program and closes it.
 */
@NullMarked
package dev.tollgate.app;

import org.jspecify.annotations.NullMarked;
