package dev.tollgate.books.receipts;

/**
 * A receipt as it is kept.
 *
 * @param text the canonical form without the signature
 */
record Body(long sequence, String text) {}
