/** The commands for accounts and what they have: people, organizations, keys, grants, price groups, plans, vouchers and announcements. */
@NullMarked
package dev.tollgate.operator.cli.customers;

import org.jspecify.annotations.NullMarked;
