package dev.tollgate.customers.payments;

import java.time.Instant;

/** Who pays, on the papers from now on. */
final class SetContact extends PaymentChange<Boolean> {

    private final String accountId;
    private final Party contact;
    private final Instant at;

    SetContact(String accountId, Party contact, Instant at) {
        this.accountId = accountId;
        this.contact = contact;
        this.at = at;
    }

    String accountId() {
        return accountId;
    }

    Party contact() {
        return contact;
    }

    Instant at() {
        return at;
    }

    void set() {
        decide(true);
    }
}
