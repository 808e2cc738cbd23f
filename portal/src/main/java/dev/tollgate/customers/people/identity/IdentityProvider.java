package dev.tollgate.customers.people.identity;

/** The external sign-in service. @param name its name on pages */
public record IdentityProvider(String issuer, String name) {}
