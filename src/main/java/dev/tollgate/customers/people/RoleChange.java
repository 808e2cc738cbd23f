package dev.tollgate.customers.people;

/** What becomes of giving or taking a role. */
public enum RoleChange {
    DONE,
    /** They had it already. */
    SAME,
    /** Nobody would be left who can operate, and nothing was done. */
    LAST
}
