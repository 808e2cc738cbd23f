package dev.tollgate.customers.people;

import java.time.Instant;

/** A row to be made. @param provedAt when the password or a code was shown; long ago where nothing was */
record NewSession(
        String hash, String personId, Instant at, Instant provedAt, boolean codeDue, String address, String agent) {}
