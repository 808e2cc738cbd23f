package dev.tollgate.telemetry.metrics;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Admits requests with the admin key, and requests from this machine without it. The exception does not apply if a proxy may run on this
 * machine, because then all requests come from here. It also rejects requests from a page in a browser on this machine, under any host name.
 *
 * @param behindProxies whether the operator has said that there are some
 */
public record MetricsGate(Gate<?> admin, boolean behindProxies) implements Gate<Gate.Anyone> {

    private static final List<String> FORWARDING = List.of(
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-real-ip",
            "x-client-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "fly-client-ip");

    private static final Future<Anyone> LET_IN = Future.succeededFuture(new Anyone());

    @Override
    public String name() {
        return "admin key, or this machine";
    }

    @Override
    public Future<Anyone> admit(Exchange exchange) {
        if (exchange.header("authorization") == null && isOfThisMachine(exchange)) {
            return LET_IN;
        }
        return admin.admit(exchange).compose(operator -> LET_IN);
    }

    private boolean isOfThisMachine(Exchange exchange) {
        return !behindProxies
                && isLoopback(exchange.peerAddress())
                && FORWARDING.stream().allMatch(header -> exchange.header(header) == null)
                && !exchange.isAskedByPage();
    }

    private static boolean isLoopback(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        try {
            return bytes != null && InetAddress.getByAddress(bytes).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
