package dev.tollgate.customers.people;

/** The outcome of giving or taking a role. */
public enum RoleChange {
    DONE,
    /** The person had the role already. */
    SAME,
    /** The last operator keeps the role; nothing was changed. */
    LAST
}
