package dev.tollgate.customers.people;

/** Whose word is taken for who somebody is. @param name what people call it */
public record IdentityProvider(String issuer, String name) {}
