/**
 * The check of other facts about upstream models against the books: customers, margins and mails (C16). It reads, and changes nothing.
 *
 * <p>Threading: it blocks, on the thread of the command or of the operator's request.
 */
@NullMarked
package dev.tollgate.operator.facts;

import org.jspecify.annotations.NullMarked;
