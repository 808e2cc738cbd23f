package dev.tollgate.http.exchange;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The address of a request's caller, from its connection and trusted proxies. Confined to the exchange's event loop. */
final class CallerAddress {

    /** Headers that proxies set. */
    private static final List<String> FORWARDED = List.of("forwarded", "x-forwarded-for", "x-forwarded-host", "via");

    private final Transport transport;
    private final FrontParts parts;
    private final RequestHead head;
    private @Nullable String remote;
    private @Nullable String counted;

    CallerAddress(Transport transport, FrontParts parts, RequestHead head) {
        this.transport = transport;
        this.parts = parts;
        this.head = head;
    }

    String peer() {
        return transport.peer().address();
    }

    String remote() {
        String known = remote;
        if (known == null) {
            int hops = parts.trustedHops();
            known = hops == 0 ? peer() : ForwardedFor.of(peer(), head.headers("x-forwarded-for"), hops);
            remote = known;
        }
        return known;
    }

    String network() {
        return parts.trustedHops() == 0 ? transport.peer().network() : ForwardedFor.network(remote());
    }

    /** A program on this machine, for itself: behind a proxy that cannot be known. */
    boolean isThisMachine() {
        return parts.trustedHops() == 0
                && FORWARDED.stream().allMatch(name -> head.header(name) == null)
                && InetAddress.ofLiteral(peer()).isLoopbackAddress();
    }

    /**
     * Counts the request for its caller's network, until {@link #leave}. Not where that is the connection's own: then a proxy asks for
     * itself.
     *
     * @return false if that network has too many
     */
    boolean enter() {
        if (remote().equals(peer())) {
            return true;
        }
        String network = network();
        if (!parts.callers().enter(network)) {
            return false;
        }
        counted = network;
        return true;
    }

    void leave() {
        if (counted != null) {
            parts.callers().leave(counted);
        }
    }
}
