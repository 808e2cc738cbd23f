/** The operator's actions on vouchers and payments, and the months of the books. */
@NullMarked
package dev.tollgate.operator.admin.money;

import org.jspecify.annotations.NullMarked;
