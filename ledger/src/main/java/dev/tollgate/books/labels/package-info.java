/**
 * The labels of calls, for reports: tags, and end users under the name "". An account's dictionary gives each value a number when a call with it ends, in the
 * commit of that end and under the lock of the account's row. A refused call writes nothing, and a value that is kept in memory reads nothing.
 *
 * <p>The dictionary grows by at most 1,000 values a day and 10,000 in all for each name; further values count as {@code other}. {@link
 * dev.tollgate.books.labels.LabelNumbers} is for the writer's thread, {@link dev.tollgate.books.labels.Labels} blocks and is thread-safe.
 */
@NullMarked
package dev.tollgate.books.labels;

import org.jspecify.annotations.NullMarked;
