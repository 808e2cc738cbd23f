/** Usage by tag and by end user, the values of tags, and the erasure of an end user, for management keys. Thread-safe; the work blocks. */
@NullMarked
package dev.tollgate.customers.labels;

import org.jspecify.annotations.NullMarked;
