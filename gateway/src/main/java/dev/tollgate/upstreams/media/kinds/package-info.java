/**
 * The kinds of media files, as bytes and names show them: types, tracks of containers, heads of images.
 *
 * <p>Invariants: the bytes decide, not the word of a caller or a server; nothing here reads a network or keeps a file.
 *
 * <p>Threading: values, and functions without state.
 */
@NullMarked
package dev.tollgate.upstreams.media.kinds;

import org.jspecify.annotations.NullMarked;
