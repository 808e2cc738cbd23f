package dev.tollgate.protocols.openai;

import dev.tollgate.base.error.ApiError;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of a part of {@code multipart/form-data}.
 *
 * @param number of the part, from 1
 * @param name without brackets
 * @param inner the name in brackets: empty for an element, null without brackets
 * @param type lower case without parameters; null without one
 * @param fileName null without one
 * @param isText whether the part is a text, or else a file
 */
public record PartHead(
        int number,
        String name,
        @Nullable String inner,
        @Nullable String type,
        @Nullable String fileName,
        boolean isText) {

    /** The most parts of a form. */
    static final int PARTS_MAX = 32;

    /** The most bytes of a head. */
    static final int BYTES_MAX = 8 * 1024;

    private static final String JSON = "application/json";
    private static final int NAME_CHARS_MAX = 128;
    private static final Pattern BOUNDARY =
            Pattern.compile("(?i);\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\",]{1,70}))");
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([a-zA-Z*]+)=(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^;\\s]*+))");
    private static final Pattern NAME = Pattern.compile("([^\\[\\]]+)(?:\\[([^\\[\\]]*)])?");

    /** Returns what precedes each part of a form but the first, which has no line break before it. @param contentType of the body */
    static byte[] delimiter(String contentType) {
        Matcher boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            throw ApiError.invalid(null, "The Content-Type has no boundary.").asException();
        }
        String its = boundary.group(1) == null ? boundary.group(2) : boundary.group(1);
        return ("\r\n--" + its).getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Reads a head.
     *
     * @param lines a character for each of its bytes
     * @throws dev.tollgate.base.error.ApiException 400 for a part that is not taken
     */
    static PartHead of(int number, String lines) {
        if (number > PARTS_MAX) {
            throw ApiError.invalid(null, "The body must have at most " + PARTS_MAX + " parts.")
                    .asException();
        }
        String disposition = "";
        String type = null;
        boolean isText = true;
        for (String line : lines.split("\r\n")) {
            int colon = line.indexOf(':');
            String name = line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            switch (name) {
                case "content-disposition" -> disposition = value;
                case "content-type" -> {
                    type = value.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
                    refuse(value.regionMatches(true, 0, "multipart/", 0, 10), number, "is nested");
                    isText = value.regionMatches(true, 0, "text/", 0, 5)
                            || value.regionMatches(true, 0, JSON, 0, JSON.length());
                }
                case "content-transfer-encoding" ->
                    refuse(!value.matches("(?i)binary|7bit|8bit"), number, "has a Content-Transfer-Encoding");
                default -> {}
            }
        }
        refuse(!disposition.toLowerCase(Locale.ROOT).startsWith("form-data"), number, "is none of form-data");
        String field = parameter(disposition, "name");
        Matcher name = NAME.matcher(field == null || field.length() > NAME_CHARS_MAX ? "" : field);
        refuse(!name.matches(), number, "has no name that is taken");
        String fileName = fileName(disposition);
        return new PartHead(number, name.group(1), name.group(2), type, fileName, isText && fileName == null);
    }

    private static @Nullable String fileName(String disposition) {
        String coded = parameter(disposition, "filename*");
        if (coded == null || !coded.regionMatches(true, 0, "UTF-8'", 0, 6)) {
            String plain = parameter(disposition, "filename");
            return plain == null ? coded : plain;
        }
        try {
            return URLDecoder.decode(
                    coded.substring(coded.indexOf('\'', 6) + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return coded;
        }
    }

    private static @Nullable String parameter(String disposition, String name) {
        Matcher parameter = PARAMETER.matcher(disposition);
        while (parameter.find()) {
            if (parameter.group(1).equalsIgnoreCase(name)) {
                String quoted = parameter.group(2);
                String value = quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1");
                return new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private static void refuse(boolean isRefused, int number, String why) {
        if (isRefused) {
            throw ApiError.invalid(null, "Part " + number + " of the body " + why + ".")
                    .asException();
        }
    }
}
