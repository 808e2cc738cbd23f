package dev.tollgate.upstreams.media;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host's name. May block. */
@FunctionalInterface
public interface Resolver {

    Resolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    /** @return at least one */
    List<InetAddress> resolve(String host) throws UnknownHostException;
}
