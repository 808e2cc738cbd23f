/**
 * Grants: numbered credits of an account that expire, or pay only for some models. Values, the rows of {@code credit_grant} with their SQL, and the
 * decisions about them; the ledger asks for these under the lock of the account's row, and moves the money. The rules are pure (Z13 to Z24): amounts in,
 * amounts out, no rows, no clock. Values are immutable; rows, and {@link GrantDraw}, belong to the writer's thread.
 */
@NullMarked
package dev.tollgate.books.grants;

import org.jspecify.annotations.NullMarked;
