/**
 * The roles of people in an organization. An organization is an account as its people see it; a membership says which role a person has in it.
 *
 * <p>Invariants: a person has at most one live membership in an account. A membership that has ended stays as a row, and gives no right.
 *
 * <p>Threading: immutable values.
 */
@NullMarked
package dev.tollgate.customers.roles;

import org.jspecify.annotations.NullMarked;
