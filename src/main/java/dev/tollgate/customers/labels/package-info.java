/** The form in which reports count an end user. Thread-safe. */
@NullMarked
package dev.tollgate.customers.labels;

import org.jspecify.annotations.NullMarked;
