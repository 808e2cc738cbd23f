package dev.tollgate.http.engine;

import dev.tollgate.http.exchange.RemoteAddress;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/**
 * The other end of a connection.
 *
 * @param address an IP without its zone; empty if there is none
 * @param network what tells peers apart: an IPv4 address, or the first half of an IPv6 address
 */
record Peer(String address, String network) {

    static Peer of(Channel channel) {
        String sent = channel.remoteAddress() instanceof InetSocketAddress remote && remote.getAddress() != null
                ? remote.getAddress().getHostAddress()
                : null;
        String bare = sent == null ? null : RemoteAddress.bare(sent);
        String address = bare == null ? "" : bare;
        return new Peer(address, RemoteAddress.network(address));
    }
}
