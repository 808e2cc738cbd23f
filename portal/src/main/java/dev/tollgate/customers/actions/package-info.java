/**
 * The actions of organizations and keys as rows: what can be asked, who may ask it, what it takes and what it does. Routes, commands
 * and the check of the API's description are derived from a row, which can be read without a store. A page draws its form and takes it by the row.
 *
 * <p>Threading: immutable; actions block.
 */
@NullMarked
package dev.tollgate.customers.actions;

import org.jspecify.annotations.NullMarked;
