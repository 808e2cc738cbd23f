/** The commands for the books: the ledger, months, receipts, backups, restores and the secret key. */
@NullMarked
package dev.tollgate.operator.cli.books;

import org.jspecify.annotations.NullMarked;
