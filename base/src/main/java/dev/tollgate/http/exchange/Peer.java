package dev.tollgate.http.exchange;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a connection, which may be a proxy's.
 *
 * @param address an IP without its zone; empty if it is unknown
 * @param network what tells peers apart: an IPv4 address, or the first half of an IPv6 address
 */
public record Peer(String address, String network) {

    /** @param remote of a connection; unknown unless it is an IP address */
    public static Peer of(@Nullable SocketAddress remote) {
        return of(
                remote instanceof InetSocketAddress internet && internet.getAddress() != null
                        ? internet.getAddress().getHostAddress()
                        : null);
    }

    /** @param address as the system writes it, perhaps with a zone; null if it is unknown */
    public static Peer of(@Nullable String address) {
        String bare = address == null ? null : ForwardedFor.bare(address);
        String known = bare == null ? "" : bare;
        return new Peer(known, ForwardedFor.network(known));
    }
}
