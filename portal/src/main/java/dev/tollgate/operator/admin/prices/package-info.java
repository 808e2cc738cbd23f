/** The operator's actions on what models cost: prices, price groups and plans. */
@NullMarked
package dev.tollgate.operator.admin.prices;

import org.jspecify.annotations.NullMarked;
