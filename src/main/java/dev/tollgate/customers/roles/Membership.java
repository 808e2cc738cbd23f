package dev.tollgate.customers.roles;

/**
 * A person's live membership in an account.
 *
 * @param id {@code mem_…}
 */
public record Membership(String id, MemberRole role) {}
