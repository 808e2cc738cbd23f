/**
 * Fields of small requests: how each is called, read and refused, whether it comes in a body, a form or as an argument of a command.
 *
 * <p>Invariants: a member that is missing and a member that is null stay apart; nothing is converted ({@code "5"} is no number, 1.5 no count); a
 * member that comes twice or is not known is refused by its name. The call path has readers of its own.
 *
 * <p>Threading: immutable.
 */
@NullMarked
package dev.tollgate.base.fields;

import org.jspecify.annotations.NullMarked;
