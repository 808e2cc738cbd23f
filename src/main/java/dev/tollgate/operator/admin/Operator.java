package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.Actor;

/**
 * A caller of the operator's API.
 *
 * @param actor as the audit log names it
 * @param givesReasons whether each change needs a reason; commands on this machine need one only where rights, prices or money change
 */
public record Operator(Actor actor, boolean givesReasons) {

    /** A command that opened the books itself. */
    public static final Operator COMMAND = new Operator(Actor.COMMAND, false);

    /** A command that asks the running server. */
    public static final Operator CONTROL_SOCKET = new Operator(Actor.CONTROL_SOCKET, false);
}
