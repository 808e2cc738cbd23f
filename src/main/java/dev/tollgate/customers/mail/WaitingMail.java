package dev.tollgate.customers.mail;

import org.jspecify.annotations.Nullable;

/**
 * A row of the table.
 *
 * @param accountId whose deed it comes from; null where that is a stranger's
 * @param sealedText in Base64
 * @param attempts how often it was claimed, this time included; names the claim
 */
record WaitingMail(
        String id, @Nullable String accountId, String recipient, String subject, String sealedText, int attempts) {}
