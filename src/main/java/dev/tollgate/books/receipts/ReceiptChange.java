package dev.tollgate.books.receipts;

import dev.tollgate.storage.Change;

/** A change of the receipts or of the keys that sign them. */
sealed interface ReceiptChange extends Change permits WriteReceipt, SetSigningKey {}
