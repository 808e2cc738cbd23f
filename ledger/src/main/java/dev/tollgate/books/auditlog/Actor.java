package dev.tollgate.books.auditlog;

import org.jspecify.annotations.Nullable;

/**
 * The author of an operator action, as recorded in the audit log.
 *
 * @param who the authentication: the admin key, a certificate with its subject, the control socket, a command, the schedule, or a person's id
 * @param address the remote address; null if the action did not come over a network
 */
public record Actor(String who, @Nullable String address) {

    /** A command that opened the books itself, without a server. */
    public static final Actor COMMAND = new Actor("command", null);

    /** A command that the server received over its control socket. */
    public static final Actor CONTROL_SOCKET = new Actor("control socket", null);

    /** The server itself, for what it does each day. */
    public static final Actor SCHEDULE = new Actor("schedule", null);

    private static final int WHO_CHARS_MAX = 100;

    public Actor {
        if (who.isBlank() || who.length() > WHO_CHARS_MAX) {
            throw new IllegalArgumentException("an actor has a name of 1 to 100 characters");
        }
    }

    /** Makes an actor with the admin key. @param address the caller's */
    public static Actor adminKey(String address) {
        return new Actor("admin key", address);
    }

    /** Makes an actor with a certificate. @param named its subject; a long name is cut */
    public static Actor certificate(String named, String address) {
        String who = "certificate " + named;
        return new Actor(who.substring(0, Math.min(who.length(), WHO_CHARS_MAX)), address);
    }

    /** Makes an actor for a signed-in operator. @param address the caller's */
    public static Actor person(String personId, String address) {
        return new Actor(personId, address);
    }
}
