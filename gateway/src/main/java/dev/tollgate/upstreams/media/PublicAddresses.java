package dev.tollgate.upstreams.media;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.ipv4.IPv4Address;
import inet.ipaddr.ipv6.IPv6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Which addresses are of the public net: all that IANA's registries of special addresses do not set apart. Addresses that hold another
 * one (mapped, translated, tunnelled) are none, whatever they hold.
 */
final class PublicAddresses {

    private static final List<IPAddress> SPECIAL_4 = blocks(
            "0.0.0.0/8", // this network
            "10.0.0.0/8",
            "100.64.0.0/10", // carriers' address translation
            "127.0.0.0/8",
            "169.254.0.0/16", // link-local, and the clouds' metadata
            "172.16.0.0/12",
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.31.196.0/24", // AS112
            "192.52.193.0/24", // multicast tunnels
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24", // AS112
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4"); // reserved, and broadcast

    /** What lies outside of it is loopback, mapped, NAT64, local, multicast, or not given out at all. */
    private static final IPAddress GLOBAL_6 = blocks("2000::/3").getFirst();

    private static final List<IPAddress> SPECIAL_6 = blocks(
            "2001::/23", // protocol assignments, Teredo among them
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4
            "2620:4f:8000::/48", // AS112
            "3fff::/20"); // documentation

    private PublicAddresses() {}

    static boolean contain(InetAddress address) {
        IPAddress ip = of(address);
        return ip.isIPv4()
                ? SPECIAL_4.stream().noneMatch(block -> block.contains(ip))
                : GLOBAL_6.contains(ip) && SPECIAL_6.stream().noneMatch(block -> block.contains(ip)) && !isIsatap(ip);
    }

    /** An IPv4 address in the lower half, behind 0:5efe or 200:5efe. */
    private static boolean isIsatap(IPAddress ip) {
        byte[] bytes = ip.getBytes();
        return (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == (byte) 0xfe;
    }

    static IPAddress of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == IPv4Address.BYTE_COUNT ? new IPv4Address(bytes) : new IPv6Address(bytes);
    }

    private static List<IPAddress> blocks(String... texts) {
        return Stream.of(texts)
                .map(text -> Objects.requireNonNull(new IPAddressString(text).getAddress(), text)
                        .toPrefixBlock())
                .toList();
    }
}
