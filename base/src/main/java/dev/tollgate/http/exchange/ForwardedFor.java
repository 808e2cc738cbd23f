package dev.tollgate.http.exchange;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a caller's address when proxies stand between. */
final class ForwardedFor {

    private static final int ENTRIES_MAX = 64;
    private static final int IPV6_BYTES = 16;
    private static final int MAPPED_BYTES = 12;

    private ForwardedFor() {}

    /**
     * Each trusted proxy appends the peer that it saw, so the caller is as many entries from the right as there are
     * proxies; what stands further left is the caller's own claim. Where there are fewer entries, or there is no address at that place,
     * the request has not come by way of all proxies, and the peer is used: a caller can write anything into such a header.
     *
     * @param peer the connection's other end, an IP
     * @param forwarded the values of {@code X-Forwarded-For} in the order of their lines
     */
    static String of(String peer, List<String> forwarded, int trustedHops) {
        if (trustedHops == 0 || forwarded.isEmpty()) {
            return peer;
        }
        List<String> entries = entries(forwarded);
        String address = entries.size() < trustedHops ? null : bare(entries.get(entries.size() - trustedHops));
        return address == null ? peer : address;
    }

    private static List<String> entries(List<String> forwarded) {
        List<String> entries = new ArrayList<>();
        for (String line : forwarded) {
            for (String entry : line.split(",", -1)) {
                entries.add(entry.strip());
            }
        }
        int surplus = Math.max(0, entries.size() - ENTRIES_MAX);
        return entries.subList(surplus, entries.size());
    }

    /** Returns the IP without port, brackets and zone; null if none remains. */
    static @Nullable String bare(String entry) {
        String text = entry;
        int bracket = text.indexOf(']');
        int colon = text.indexOf(':');
        if (text.startsWith("[") && bracket > 0) {
            text = isPort(entry.substring(bracket + 1)) ? text.substring(1, bracket) : "";
        } else if (colon > 0 && colon == text.lastIndexOf(':')) {
            text = isPort(entry.substring(colon)) ? text.substring(0, colon) : "";
        }
        int zone = text.indexOf('%');
        text = zone < 0 ? text : text.substring(0, zone);
        return NetUtil.isValidIpV4Address(text) || NetUtil.isValidIpV6Address(text) ? text : null;
    }

    private static boolean isPort(String text) {
        return text.isEmpty() || text.matches(":[0-9]{1,5}");
    }

    /**
     * Returns the identity of a caller without a key: its IPv4 address, or the first half of its IPv6 address, since a network
     * has all addresses after it.
     *
     * @param address as {@link #of} gives it
     */
    static String network(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            return address;
        }
        if (bytes.length == IPV6_BYTES && isMapped(bytes)) {
            bytes = Arrays.copyOfRange(bytes, MAPPED_BYTES, IPV6_BYTES);
        }
        return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, IPV6_BYTES / 2));
    }

    /**
     * Returns the network of an address, for records that must not identify a person: a /24 for IPv4, a /48 for IPv6.
     *
     * @param address as {@link #of} gives it
     */
    static String cut(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            return "";
        }
        if (bytes.length == IPV6_BYTES && isMapped(bytes)) {
            bytes = Arrays.copyOfRange(bytes, MAPPED_BYTES, IPV6_BYTES);
        }
        if (bytes.length == IPV6_BYTES) {
            return "%x:%x:%x::/48".formatted(pair(bytes, 0), pair(bytes, 2), pair(bytes, 4));
        }
        return (bytes[0] & 255) + "." + (bytes[1] & 255) + "." + (bytes[2] & 255) + ".0/24";
    }

    private static int pair(byte[] bytes, int at) {
        return (bytes[at] & 255) << 8 | bytes[at + 1] & 255;
    }

    /** An IPv4 address in the form of IPv6. */
    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < MAPPED_BYTES - 2; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[MAPPED_BYTES - 2] == -1 && bytes[MAPPED_BYTES - 1] == -1;
    }
}
