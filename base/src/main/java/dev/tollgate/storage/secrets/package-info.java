/**
 * The installation's secret key, and what is sealed or signed with it: rows, spools, tokens. The key lies in a file of the data folder or comes from
 * the settings, and a mark in the database shows whether it is the right one. What
 * becomes of a value under a new first key is decided for each use (C19): a new use fails {@code ArchitectureTest} until then, and a new column that has
 * no end brings a {@link SealedValues}.
 *
 * <p>Threading: boxes are immutable and thread-safe; the key is read at the start.
 */
@NullMarked
package dev.tollgate.storage.secrets;

import org.jspecify.annotations.NullMarked;
