package dev.tollgate.upstreams.media;

import static dev.tollgate.base.words.Sentence.sentence;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URL to download from, in the one spelling on which all later decisions are made: no later code parses it again.
 *
 * @param tls whether it is https
 * @param host lower case, without brackets or a final dot: a name in ASCII, or an address in its plain form
 * @param address if the host is an address, however it was written
 * @param port 1 to 65535
 * @param target path and query, percent-encoded; starts with a slash
 */
public record MediaUrl(boolean tls, String host, @Nullable InetAddress address, int port, String target) {

    private static final int CHARS_MAX = 8_192;
    private static final int HOST_CHARS_MAX = 253;
    private static final int HTTPS = 443;
    private static final int HTTP = 80;
    private static final int PORT_MAX = 65_535;
    private static final int TARGET_PARTS = 2;
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,62})(\\.[a-z0-9_][a-z0-9_-]{0,62})*");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");
    /** A zone of IPv6 names a network card of ours. */
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]{2,45}");

    /** @throws MediaRefused in words that follow the field's name */
    public static MediaUrl parse(String text) throws MediaRefused {
        String url = text.strip();
        if (url.length() > CHARS_MAX) {
            throw new MediaRefused(sentence("is a URL of more than {max} characters.", Integer.toString(CHARS_MAX)));
        }
        if (url.chars().anyMatch(Character::isISOControl)) {
            throw new MediaRefused(sentence("is a URL with a control character."));
        }
        Matcher scheme = SCHEME.matcher(url);
        if (!scheme.matches()) {
            throw new MediaRefused(sentence("is not a URL."));
        }
        return switch (scheme.group(1).toLowerCase(Locale.ROOT)) {
            case "https" -> afterScheme(true, scheme.group(2));
            case "http" -> afterScheme(false, scheme.group(2));
            default -> throw new MediaRefused(sentence("leads to a URL that is neither http nor https."));
        };
    }

    private static MediaUrl afterScheme(boolean tls, String rest) throws MediaRefused {
        if (!rest.startsWith("//")) {
            throw new MediaRefused(sentence("is not a URL of the form http(s)://host/path."));
        }
        int end = 2;
        while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
            end++;
        }
        return authority(tls, rest.substring(2, end), target(rest.substring(end)));
    }

    private static MediaUrl authority(boolean tls, String authority, String target) throws MediaRefused {
        if (authority.indexOf('@') >= 0) {
            throw new MediaRefused(sentence("is a URL with a user name or password, which is not allowed."));
        }
        // A backslash ends the host for some readers of URLs and not for others.
        if (authority.indexOf('\\') >= 0 || authority.indexOf('%') >= 0) {
            throw noHost();
        }
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon > authority.lastIndexOf(']');
        int port = hasPort ? port(authority.substring(colon + 1), tls) : standardPort(tls);
        String host = hasPort ? authority.substring(0, colon) : authority;
        if (host.startsWith("[")) {
            InetAddress address = ipv6(host.toLowerCase(Locale.ROOT));
            return new MediaUrl(tls, address.getHostAddress(), address, port, target);
        }
        return named(tls, ascii(host), port, target);
    }

    private static MediaUrl named(boolean tls, String host, int port, String target) throws MediaRefused {
        String last = host.substring(host.lastIndexOf('.') + 1);
        if (NUMBER.matcher(last).matches()) {
            InetAddress address = ipv4(host);
            return new MediaUrl(tls, address.getHostAddress(), address, port, target);
        }
        if (host.length() > HOST_CHARS_MAX || !NAME.matcher(host).matches()) {
            throw noHost();
        }
        return new MediaUrl(tls, host, null, port, target);
    }

    private static int port(String text, boolean tls) throws MediaRefused {
        if (text.isEmpty()) {
            return standardPort(tls);
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > PORT_MAX) {
            throw new MediaRefused(sentence("is a URL with an invalid port."));
        }
        return Integer.parseInt(text);
    }

    private static int standardPort(boolean tls) {
        return tls ? HTTPS : HTTP;
    }

    /** Full-width digits, circled letters and foreign full stops become what they stand for before anything is judged. */
    private static String ascii(String host) throws MediaRefused {
        try {
            String ascii = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
            return ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        } catch (IllegalArgumentException e) {
            throw noHost();
        }
    }

    private static InetAddress ipv6(String bracketed) throws MediaRefused {
        String text = bracketed.endsWith("]") ? bracketed.substring(1, bracketed.length() - 1) : "";
        if (!IPV6.matcher(text).matches() || text.indexOf(':') < 0) {
            throw noHost();
        }
        return literal(bracketed);
    }

    private static InetAddress literal(String text) throws MediaRefused {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw noHost();
        }
    }

    /** One to four numbers, decimal, octal or hexadecimal, of which the last takes what is left: what every resolver reads. */
    private static InetAddress ipv4(String host) throws MediaRefused {
        String[] parts = host.split("\\.", -1);
        long address = 0;
        if (parts.length > Integer.BYTES) {
            throw noHost();
        }
        for (int i = 0; i < parts.length; i++) {
            int bytes = i == parts.length - 1 ? Integer.BYTES - i : 1;
            long number = number(parts[i]);
            if (number >= 1L << (Byte.SIZE * bytes)) {
                throw noHost();
            }
            address = address << (Byte.SIZE * bytes) | number;
        }
        return ofBytes(
                new byte[] {(byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address});
    }

    private static InetAddress ofBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long number(String part) throws MediaRefused {
        if (!NUMBER.matcher(part).matches()) {
            throw noHost();
        }
        boolean hex = part.startsWith("0x");
        boolean octal = !hex && part.length() > 1 && part.startsWith("0");
        String digits = hex ? "0" + part.substring(2) : part;
        try {
            return Long.parseLong(digits, hex ? 16 : octal ? 8 : 10);
        } catch (NumberFormatException e) {
            throw noHost();
        }
    }

    private static MediaRefused noHost() {
        return new MediaRefused(sentence("is a URL without a valid host."));
    }

    /** Path and query as they are sent; what must not stand there as it is becomes percent-encoded UTF-8. */
    private static String target(String text) {
        int hash = text.indexOf('#');
        String whole = hash < 0 ? text : text.substring(0, hash);
        StringBuilder encoded = new StringBuilder(whole.startsWith("/") ? "" : "/");
        for (byte b : whole.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > ' ' && b < 0x7f && "\"<>\\^`{|}".indexOf(b) < 0;
            encoded.append(plain ? String.valueOf((char) b) : "%" + HEX.toHexDigits(b));
        }
        return encoded.toString();
    }

    /** Returns the target of a redirect. @param location absolute, or relative to this */
    MediaUrl resolve(String location) throws MediaRefused {
        String to = location.strip();
        String scheme = tls ? "https:" : "http:";
        if (SCHEME.matcher(to).matches()) {
            return parse(to);
        }
        if (to.startsWith("//")) {
            return parse(scheme + to);
        }
        String[] here = target.split("\\?", TARGET_PARTS);
        String merged = to.startsWith("/")
                ? to
                : to.startsWith("?") ? here[0] + to : here[0].substring(0, here[0].lastIndexOf('/') + 1) + to;
        String[] there = merged.split("(?=[?#])", TARGET_PARTS);
        return parse(scheme + "//" + authority() + withoutDots(there[0]) + (there.length > 1 ? there[1] : ""));
    }

    private static String withoutDots(String path) {
        Deque<String> kept = new ArrayDeque<>();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean up = segments[i].equals("..");
            if (up) {
                kept.pollLast();
            }
            if (!up && !segments[i].equals(".")) {
                kept.add(segments[i]);
            } else if (i == segments.length - 1) {
                kept.add("");
            }
        }
        return "/" + String.join("/", kept);
    }

    /** Returns the host as the {@code Host} header names it. */
    String authority() {
        return port == standardPort(tls) ? bracketedHost() : bracketedHost() + ":" + port;
    }

    /** Returns the host as a URL has it. */
    String bracketedHost() {
        return bracketed(host);
    }

    static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }
}
