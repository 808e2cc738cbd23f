package dev.tollgate.people;

import java.time.Instant;

/** A row to be made. */
record NewSession(String hash, String personId, Instant at, boolean codeDue, String address, String agent) {}
