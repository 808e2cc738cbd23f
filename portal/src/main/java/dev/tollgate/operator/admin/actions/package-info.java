/** All actions of operators, and the stores that make them. */
@NullMarked
package dev.tollgate.operator.admin.actions;

import org.jspecify.annotations.NullMarked;
