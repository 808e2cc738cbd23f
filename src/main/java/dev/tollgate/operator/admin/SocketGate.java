package dev.tollgate.operator.admin;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.vertx.core.Future;

/** The gate of the control socket: a process that can open its file acts as the operator. */
public final class SocketGate implements Gate<Operator> {

    private static final Future<Operator> OPERATOR = Future.succeededFuture(Operator.CONTROL_SOCKET);

    @Override
    public String name() {
        return "control socket";
    }

    @Override
    public Future<Operator> admit(Exchange exchange) {
        return OPERATOR;
    }
}
