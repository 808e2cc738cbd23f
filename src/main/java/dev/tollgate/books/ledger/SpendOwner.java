package dev.tollgate.books.ledger;

import dev.tollgate.base.error.Shortage.OfLimit.Owner;

/**
 * An owner of spend windows in which a call counts.
 *
 * @param id also the id of its windows
 */
record SpendOwner(Owner kind, String id, SpendLimits limits) {}
