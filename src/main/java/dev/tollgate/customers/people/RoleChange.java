package dev.tollgate.customers.people;

/** What becomes of giving or taking a role. */
public enum RoleChange {
    DONE,
    /** The person had the role already. */
    SAME,
    /** The last operator keeps the role; nothing was changed. */
    LAST
}
