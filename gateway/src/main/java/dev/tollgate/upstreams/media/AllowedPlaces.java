package dev.tollgate.upstreams.media;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The places that an operator allows for downloads in addition to the public net: hosts, addresses and CIDR ranges, each with a port or, without
 * one, on 80 and 443 (D29).
 */
public final class AllowedPlaces {

    public static final AllowedPlaces NONE = new AllowedPlaces(List.of());

    private static final Pattern RULE = Pattern.compile("(\\[[0-9A-Fa-f:./]+]|[^:\\[\\]]+)(?::([0-9]{1,5}))?");
    private static final Pattern ADDRESS_4 = Pattern.compile("[0-9.]+(/[0-9]{1,2})?");
    private static final Pattern HOST = Pattern.compile("([A-Za-z0-9_-]{1,63}\\.)*[A-Za-z_][A-Za-z0-9_-]{0,62}");

    private final List<Rule> rules;

    private AllowedPlaces(List<Rule> rules) {
        this.rules = rules;
    }

    /** A rule for a host or a block; the other one is null. */
    private record Rule(
            @Nullable String host,
            @Nullable IPAddress block,
            @Nullable Integer port) {

        boolean allowsPort(int wanted) {
            return port == null ? isStandard(wanted) : port == wanted;
        }

        boolean allows(MediaUrl url, InetAddress address) {
            IPAddress range = block;
            return allowsPort(url.port())
                    && (range == null ? url.host().equals(host) : range.contains(PublicAddresses.of(address)));
        }
    }

    /**
     * @param texts {@code files.internal}, {@code files.internal:8080}, {@code 10.1.0.0/16}, {@code 127.0.0.1:9000}, {@code fd00::/8},
     *     {@code [fd00::1]:8080}
     * @throws IllegalArgumentException for any other form
     */
    public static AllowedPlaces of(List<String> texts) {
        return new AllowedPlaces(texts.stream().map(AllowedPlaces::rule).toList());
    }

    private static Rule rule(String text) {
        boolean bareIpv6 = text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[");
        if (bareIpv6) {
            return new Rule(null, block(text), null);
        }
        Matcher matcher = RULE.matcher(text);
        if (!matcher.matches()) {
            throw wrong(text);
        }
        String place = matcher.group(1);
        Integer port = matcher.group(2) == null ? null : Integer.valueOf(matcher.group(2));
        if (place.startsWith("[")) {
            return new Rule(null, block(place.substring(1, place.length() - 1)), port);
        }
        if (ADDRESS_4.matcher(place).matches()) {
            return new Rule(null, block(place), port);
        }
        if (!HOST.matcher(place).matches()) {
            throw wrong(text);
        }
        return new Rule(place.toLowerCase(Locale.ROOT), null, port);
    }

    private static IPAddress block(String text) {
        IPAddressString read = new IPAddressString(text);
        IPAddress address = read.isValid() ? read.getAddress() : null;
        boolean whole = address != null && (address.isPrefixed() || !address.isMultiple());
        if (address == null || !whole || text.matches("[0-9.]*") && text.split("\\.", -1).length != Integer.BYTES) {
            throw wrong(text);
        }
        return address.isPrefixed() ? address.toPrefixBlock() : address;
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("not a host, an address or a CIDR range, with or without a port: " + text);
    }

    /** Returns whether anything may be reached on the port, the public net included. */
    boolean usesPort(int port) {
        return isStandard(port) || rules.stream().anyMatch(rule -> rule.allowsPort(port));
    }

    boolean allow(MediaUrl url, InetAddress address) {
        return rules.stream().anyMatch(rule -> rule.allows(url, address));
    }

    /** Returns whether a name may lead to an allowed place: it is one, or its addresses may be. */
    boolean mayAllow(MediaUrl url) {
        return rules.stream()
                .anyMatch(rule -> rule.allowsPort(url.port())
                        && (rule.block() != null || url.host().equals(rule.host())));
    }

    static boolean isStandard(int port) {
        return port == 80 || port == 443;
    }
}
