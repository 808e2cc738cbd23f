/**
 * Puts the portal together: its modules make the parts of customers, operators and pages, in the order in which they need each other, from the books and from what
 * {@link dev.tollgate.portal.AnsweringHalf} says of calls. {@code app} puts both halves into one program; the portal's tests start it alone.
 *
 * <p>Threading: one thread makes the parts; {@link dev.tollgate.base.loops.Opened} closes them.
 */
@NullMarked
package dev.tollgate.portal;

import org.jspecify.annotations.NullMarked;
