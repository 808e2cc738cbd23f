/**
 * What media are: their types, told by their first bytes and not by what somebody says of them.
 *
 * <p>Invariants: a type that comes from here was seen in the bytes. Imports no other package.
 *
 * <p>Threading: everything is immutable.
 */
@NullMarked
package dev.tollgate.media;

import org.jspecify.annotations.NullMarked;
