package dev.tollgate.operator.metrics;

import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Lets in who has the admin key, and without one who asks from this machine: but not where a proxy may stand before us on it, for then all
 * callers come from here. A page that a browser on this machine shows is not let in either, whatever name it has given to our address.
 */
public final class MetricsGate implements Gate<Gate.Anyone> {

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

    private final Gate<?> admin;
    private final boolean behindProxies;

    /** @param behindProxies whether the operator has said that there are some */
    public MetricsGate(Gate<?> admin, boolean behindProxies) {
        this.admin = admin;
        this.behindProxies = behindProxies;
    }

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
