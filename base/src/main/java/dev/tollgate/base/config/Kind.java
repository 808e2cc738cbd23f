package dev.tollgate.base.config;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.money.Credits;
import dev.tollgate.base.words.Sentence;
import inet.ipaddr.IPAddressString;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The kind of a setting's value.
 *
 * @param allowed what a complaint says, after "allowed is"
 * @param choices all texts that are allowed if the list of them is closed; else empty
 * @param reader the value of a text, null where the text is not allowed
 */
record Kind<T>(Sentence allowed, List<String> choices, Function<String, @Nullable T> reader) {

    Kind(Sentence allowed, Function<String, @Nullable T> reader) {
        this(allowed, List.of(), reader);
    }

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15}) ?(B|KiB|MiB|GiB)?");
    private static final Map<String, Long> SIZE_UNITS =
            Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9}) ?(ms|s|m|h)");
    private static final Map<String, Long> TIME_UNITS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
    private static final int LIST_MAX = 100;
    private static final String DIRECT =
            "\\*|[0-9]{1,3}(\\.[0-9]{1,3}){3}(/[0-9]{1,2})?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/[0-9]{1,3})?"
                    + "|(\\*?\\.)?([A-Za-z0-9_-]{1,63}\\.)*[A-Za-z_][A-Za-z0-9_-]{0,62}";

    static Kind<Integer> wholeNumber(int least, int most) {
        return new Kind<>(
                sentence("a whole number from {least} to {most}", String.valueOf(least), String.valueOf(most)),
                text -> {
                    Long number = digits(text, "-?[0-9]{1,10}");
                    return number == null || number < least || number > most ? null : number.intValue();
                });
    }

    static Kind<Long> number() {
        return new Kind<>(sentence("a whole number of at most 18 digits"), text -> digits(text, "-?[0-9]{1,18}"));
    }

    static Kind<Boolean> flag() {
        return new Kind<>(Sentence.either(List.of("true", "false")), List.of("true", "false"), text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        });
    }

    static Kind<Long> bytes(long least, long most) {
        return new Kind<>(
                sentence(
                        "a size like 64KiB or 32MiB, from {least} to {most} bytes",
                        String.valueOf(least),
                        String.valueOf(most)),
                text -> {
                    Long size = scaled(SIZE.matcher(text), SIZE_UNITS, "B");
                    return size == null || size < least || size > most ? null : size;
                });
    }

    static Kind<Duration> time(Duration least, Duration most) {
        Sentence allowed =
                sentence("a time like 500ms, 30s, 10m or 1h, from {least} to {most}", shown(least), shown(most));
        return new Kind<>(allowed, text -> {
            Long millis = scaled(TIME.matcher(text), TIME_UNITS, "ms");
            return millis == null || millis < least.toMillis() || millis > most.toMillis()
                    ? null
                    : Duration.ofMillis(millis);
        });
    }

    /** Credits as a decimal, kept in micro-credits. */
    static Kind<Long> credits(long mostMicros) {
        Sentence allowed =
                sentence("a decimal number of credits with at most 6 decimals, up to {most}", Credits.text(mostMicros));
        return new Kind<>(allowed, text -> {
            try {
                return Decimals.credits(text, mostMicros);
            } catch (IllegalArgumentException e) {
                return null;
            }
        });
    }

    static Kind<Path> path() {
        return new Kind<>(sentence("a path"), text -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                return null;
            }
        });
    }

    static Kind<URI> baseUrl() {
        Sentence allowed =
                sentence("an http or https URL without query, like http://127.0.0.1:9000, without the version's path");
        return new Kind<>(allowed, Kind::readBaseUrl);
    }

    /** A kind for the part of an address before the path of every page: scheme, host and perhaps a port. */
    static Kind<URI> site() {
        return new Kind<>(sentence("an http or https URL without a path, like https://ai.example.org"), text -> {
            URI url = readBaseUrl(text);
            return url != null && url.getRawPath().isEmpty() ? url : null;
        });
    }

    /** A kind for an issuer exactly as its provider writes it, with or without a slash at its end; plain HTTP only on this machine. */
    static Kind<URI> issuer() {
        Sentence allowed =
                sentence("an https URL without query, as the provider writes it, like https://accounts.example.org");
        return new Kind<>(allowed, text -> {
            URI url = readBaseUrl(text);
            boolean isHere = url != null && LOOPBACK.contains(url.getHost());
            return url != null && (isHere || "https".equals(url.getScheme())) ? URI.create(text) : null;
        });
    }

    /** A kind for one of these words. */
    static Kind<String> word(String... words) {
        List<String> choices = List.of(words);
        return new Kind<>(Sentence.either(choices), choices, text -> choices.contains(text) ? text : null);
    }

    static Kind<String> text(Sentence allowed, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return new Kind<>(allowed, text -> pattern.matcher(text).matches() && WrittenText.isClean(text) ? text : null);
    }

    static Kind<Secret> secret(Sentence allowed, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return new Kind<>(allowed, text -> pattern.matcher(text).matches() ? new Secret(text) : null);
    }

    /** Texts with commas between them, each of which must match. */
    static Kind<List<String>> list(Sentence allowed, String regex) {
        return list(LIST_MAX, allowed, regex);
    }

    private static Kind<List<String>> list(int most, Sentence allowed, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return new Kind<>(
                sentence("at most {most}, with commas between them: {allowed}", String.valueOf(most), allowed),
                text -> {
                    List<String> items = Arrays.stream(text.split(",", -1))
                            .map(String::strip)
                            .toList();
                    boolean allMatch = items.stream()
                            .allMatch(item -> pattern.matcher(item).matches());
                    return allMatch && items.size() <= most ? items : null;
                });
    }

    /** Hosts, addresses and CIDR ranges, each with or without a port. */
    static Kind<List<String>> places() {
        String port = "(:([1-9][0-9]{0,4}))?";
        return places(list(
                sentence(
                        "a host, an address or a CIDR range, with or without a port, like files.internal, 10.1.0.0/16, 127.0.0.1:9000 or"
                                + " [fd00::1]:8080"),
                "[0-9.]+(/[0-9]{1,2})?" + port + "|([A-Za-z0-9_-]{1,63}\\.)*[A-Za-z_][A-Za-z0-9_-]{0,62}" + port
                        + "|\\[[0-9A-Fa-f:.]+(/[0-9]{1,3})?\\]" + port
                        + "|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/[0-9]{1,3})?"));
    }

    /** Addresses and CIDR ranges. */
    static Kind<List<String>> addresses(int most) {
        return places(list(
                most,
                sentence("an address or a CIDR range, like 10.1.0.0/16 or fd00::1"),
                "[0-9.]+(/[0-9]{1,2})?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/[0-9]{1,3})?"));
    }

    private static Kind<List<String>> places(Kind<List<String>> shapes) {
        return new Kind<>(shapes.allowed(), text -> {
            List<String> places = shapes.reader().apply(text);
            return places != null && places.stream().allMatch(Kind::isPlace) ? places : null;
        });
    }

    /** An address or a host's name, and a port; 0 takes any free one. */
    static Kind<ListenAddress> listen() {
        Pattern pattern = Pattern.compile("([A-Za-z0-9._-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}\\]):([0-9]{1,5})");
        return new Kind<>(sentence("an address or a host's name, a colon and a port from 0 to 65535"), text -> {
            Matcher parts = pattern.matcher(text);
            return parts.matches() && Integer.parseInt(parts.group(2)) <= 65_535
                    ? new ListenAddress(parts.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(parts.group(2)))
                    : null;
        });
    }

    /** An HTTP proxy; what stands before its {@code @} is a user and a password, each perhaps in percent-encoding. */
    static Kind<UpstreamProxy> proxy() {
        Pattern pattern = Pattern.compile(
                "(?i:http://)?(?:([!-~&&[^@/:]]{0,500}(?::[!-~&&[^@/]]{0,1000})?)@)?([A-Za-z0-9._-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}\\]):([0-9]{1,5})/?");
        return new Kind<>(Sentence.asItIs("http://[user:password@]host:port"), text -> {
            Matcher parts = pattern.matcher(text);
            int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
            String user = port == 0 ? null : parts.group(1);
            try {
                return port == 0 || port > 65_535
                        ? null
                        : new UpstreamProxy(
                                parts.group(2).replaceAll("[\\[\\]]", ""),
                                port,
                                user == null ? null : new Secret(decoded(user)),
                                List.of());
            } catch (IllegalArgumentException e) {
                return null;
            }
        });
    }

    /** @throws IllegalArgumentException if an escape is none, or stands for a character that a header cannot carry */
    private static String decoded(String credentials) {
        String text = URLDecoder.decode(credentials.replace("+", "%2B"), StandardCharsets.UTF_8);
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a control character");
        }
        return text.contains(":") ? text : text + ":";
    }

    /** Hosts that are reached without a proxy. */
    static Kind<List<String>> direct() {
        return list(
                sentence(
                        "* for every host, a name that also stands for all names below it, an address or a CIDR range, like"
                                + " example.org, 10.1.0.0/16 or fd00::1"),
                DIRECT);
    }

    /** Returns whether a place is valid: if it has the form of an IP address, it must be one. */
    private static boolean isPlace(String place) {
        boolean bare = place.indexOf(':') != place.lastIndexOf(':') && !place.startsWith("[");
        int colon = bare ? -1 : place.indexOf(':', place.lastIndexOf(']') + 1);
        boolean hasPort = colon >= 0 && colon == place.lastIndexOf(':');
        if (hasPort && Integer.parseInt(place.substring(colon + 1)) > 65_535) {
            return false;
        }
        String address = (hasPort ? place.substring(0, colon) : place).replaceAll("[\\[\\]]", "");
        boolean isName = !address.contains(":") && address.matches(".*[A-Za-z_-].*");
        boolean isShort = !address.contains(":") && address.split("/", 2)[0].split("\\.", -1).length != 4;
        return isName || (!isShort && new IPAddressString(address).isValid());
    }

    private static @Nullable Long digits(String text, String regex) {
        return text.matches(regex) ? Long.valueOf(text) : null;
    }

    private static @Nullable Long scaled(Matcher matcher, Map<String, Long> units, String unitless) {
        if (!matcher.matches()) {
            return null;
        }
        long scale = units.getOrDefault(matcher.group(2) == null ? unitless : matcher.group(2), 1L);
        long count = Long.parseLong(matcher.group(1));
        return count > Long.MAX_VALUE / scale ? null : count * scale;
    }

    private static @Nullable URI readBaseUrl(String text) {
        try {
            URI url = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean plain = url.getUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
            return web && plain && url.getHost() != null ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String shown(Duration time) {
        return time.toMillis() % 1_000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
}
