package dev.tollgate.http;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a caller's address when proxies stand between. */
final class RemoteAddress {

    private static final int ENTRIES_MAX = 64;

    private RemoteAddress() {}

    /**
     * Each trusted proxy appends the peer that it saw, so the caller is as many entries from the right as there are
     * proxies; what stands further left is the caller's own claim. A header that is missing or no address leaves the peer.
     *
     * @param peer the connection's other end, an IP
     * @param forwarded the values of {@code X-Forwarded-For} in the order of their lines
     */
    static String of(String peer, List<String> forwarded, int trustedHops) {
        if (trustedHops == 0 || forwarded.isEmpty()) {
            return peer;
        }
        List<String> entries = entries(forwarded);
        int index = Math.max(0, entries.size() - trustedHops);
        String address = entries.isEmpty() ? null : bare(entries.get(index));
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

    /** Without port, brackets and zone; null where no IP remains. */
    static @Nullable String bare(String entry) {
        String text = entry;
        if (text.startsWith("[") && text.indexOf(']') > 0) {
            text = text.substring(1, text.indexOf(']'));
        } else if (text.indexOf(':') == text.lastIndexOf(':') && text.indexOf(':') > 0) {
            text = text.substring(0, text.indexOf(':'));
        }
        int zone = text.indexOf('%');
        text = zone < 0 ? text : text.substring(0, zone);
        return NetUtil.isValidIpV4Address(text) || NetUtil.isValidIpV6Address(text) ? text : null;
    }
}
