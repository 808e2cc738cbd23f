package dev.tollgate.keys;

import inet.ipaddr.IPAddress;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.ipv4.IPv4AddressStringParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that a key may be used from: single addresses and CIDR blocks. An empty list admits every address. IPv4 and IPv4-mapped IPv6 are
 * the same address, since a dual-stack listener shows either.
 */
public final class Allowlist {

    public static final int ENTRIES_MAX = 10;

    public static final Allowlist EVERYBODY = new Allowlist(List.of(), List.of());

    /** The longest text of an address with a zone and a prefix length is shorter. */
    private static final int TEXT_CHARS_MAX = 64;

    private static final int MAPPED_PREFIX_BITS = 96;

    private final List<String> texts;
    private final List<IPAddress> blocks;

    private Allowlist(List<String> texts, List<IPAddress> blocks) {
        this.texts = texts;
        this.blocks = blocks;
    }

    /**
     * Reads addresses such as {@code 192.0.2.7}, {@code 10.0.0.0/8}, {@code 2001:db8::/32}. Host bits of a block are ignored.
     *
     * @throws IllegalArgumentException when there are more than {@value #ENTRIES_MAX}, or one is not an address or a block
     */
    public static Allowlist of(List<String> texts) {
        if (texts.isEmpty()) {
            return EVERYBODY;
        }
        if (texts.size() > ENTRIES_MAX) {
            throw new IllegalArgumentException("an allowlist has at most " + ENTRIES_MAX + " entries");
        }
        return new Allowlist(
                List.copyOf(texts), texts.stream().map(Addresses::block).toList());
    }

    /** The entries as they were given. */
    public List<String> texts() {
        return texts;
    }

    /** @param address an IP address without a port; any other text is admitted only by an empty list */
    public boolean allows(String address) {
        return blocks.isEmpty() || Addresses.contain(blocks, address);
    }

    private static String shown(String text) {
        String printable = text.replaceAll("[^\\x21-\\x7e]", "?");
        return printable.substring(0, Math.min(TEXT_CHARS_MAX, printable.length()));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Allowlist list && list.texts.equals(texts);
    }

    @Override
    public int hashCode() {
        return texts.hashCode();
    }

    @Override
    public String toString() {
        return texts.toString();
    }

    /**
     * Texts as addresses. The library reads much more: wildcards, ranges, octal and single-number forms, masks. Most servers have no allowlist, so its
     * classes are named here alone: they are loaded with the first list.
     */
    private static final class Addresses {

        static final IPAddressStringParameters PARAMETERS = parameters();

        private static IPAddressStringParameters parameters() {
            IPAddressStringParameters.Builder builder = new IPAddressStringParameters.Builder();
            builder.allowAll(false).allowEmpty(false).allowSingleSegment(false).allowWildcardedSeparator(false);
            builder.setRangeOptions(inet.ipaddr.AddressStringParameters.RangeParameters.NO_RANGE);
            builder.allowMask(false).allowPrefixOnly(false);
            IPv4AddressStringParameters.Builder four = builder.getIPv4AddressParametersBuilder();
            four.allow_inet_aton(false);
            builder.getIPv6AddressParametersBuilder().allowZone(false).allowBase85(false);
            return builder.toParams();
        }

        static boolean contain(List<IPAddress> blocks, String address) {
            IPAddress caller = parse(address);
            return caller != null && !caller.isPrefixed() && blocks.stream().anyMatch(block -> block.contains(caller));
        }

        static IPAddress block(String text) {
            IPAddress address = parse(text);
            if (address == null) {
                throw new IllegalArgumentException("not an IP address or a CIDR block: " + shown(text));
            }
            return address.isPrefixed() ? address.toPrefixBlock() : address;
        }

        private static @Nullable IPAddress parse(String text) {
            if (text.length() > TEXT_CHARS_MAX) {
                return null;
            }
            IPAddress address = new IPAddressString(text, PARAMETERS).getAddress();
            return address == null ? null : unmapped(address);
        }

        private static IPAddress unmapped(IPAddress address) {
            Integer bits = address.getNetworkPrefixLength();
            boolean mapped = address.isIPv6() && address.toIPv6().isIPv4Mapped();
            if (!mapped || (bits != null && bits < MAPPED_PREFIX_BITS)) {
                return address;
            }
            IPAddress four = address.toIPv6().getEmbeddedIPv4Address();
            return bits == null ? four : four.setPrefixLength(bits - MAPPED_PREFIX_BITS, false);
        }
    }
}
