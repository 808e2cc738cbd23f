/**
 * A call as the books keep it: one row of {@code call}, written once, in the commit that ends the call, and never changed. What follows from the row
 * (the status, the movements, the usage and the price as they are printed) is derived here and stored nowhere else.
 *
 * <p>The values are immutable. {@link CallRows} is used on the writer's thread and by reads.
 */
@NullMarked
package dev.tollgate.books.calls;

import org.jspecify.annotations.NullMarked;
