package dev.tollgate.books.auditlog;

import org.jspecify.annotations.Nullable;

/**
 * Who does something as an operator, as the audit log tells it.
 *
 * @param who what let him in: the admin key, a certificate and whom it names, the control socket, a command, or a person's id
 * @param address from where; null where it was not over a network
 */
public record Actor(String who, @Nullable String address) {

    /** A command that has opened the books itself, while no server ran. */
    public static final Actor COMMAND = new Actor("command", null);

    /** A command that the running server was given over its control socket. */
    public static final Actor CONTROL_SOCKET = new Actor("control socket", null);

    private static final int WHO_CHARS_MAX = 100;

    public Actor {
        if (who.isBlank() || who.length() > WHO_CHARS_MAX) {
            throw new IllegalArgumentException("an actor has a name of 1 to 100 characters");
        }
    }

    /** Whoever has shown the admin key. @param address the caller's */
    public static Actor adminKey(String address) {
        return new Actor("admin key", address);
    }

    /** Whoever has shown a certificate. @param named whom it names; the end of a long name is left out */
    public static Actor certificate(String named, String address) {
        String who = "certificate " + named;
        return new Actor(who.substring(0, Math.min(who.length(), WHO_CHARS_MAX)), address);
    }

    /** An operator who is signed in. @param address the caller's */
    public static Actor person(String personId, String address) {
        return new Actor(personId, address);
    }
}
