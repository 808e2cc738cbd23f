/** The operator's actions on accounts and what they have: people, logins, keys, grants, limits, files, and their deletion. */
@NullMarked
package dev.tollgate.operator.admin.accounts;

import org.jspecify.annotations.NullMarked;
