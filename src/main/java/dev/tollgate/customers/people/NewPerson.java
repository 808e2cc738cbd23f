package dev.tollgate.customers.people;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row to be made. @param passwordDue whether the password was given to them, and has to be changed */
record NewPerson(
        String id,
        String accountId,
        String login,
        @Nullable String email,
        String name,
        Role role,
        String passwordHash,
        boolean passwordDue,
        String zone,
        Instant at) {}
