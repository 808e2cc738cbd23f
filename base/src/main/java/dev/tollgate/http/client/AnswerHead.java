package dev.tollgate.http.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Status and headers of one answer, read in place; valid only during the listener's call. Not safe for several threads. */
public final class AnswerHead {

    private static final byte[] VERSION = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);
    private static final int CODE_FROM = VERSION.length + 2;
    private static final int CODE_DIGITS = 3;

    private byte[] bytes = {};
    private int length;
    private int status;

    /**
     * @param length of the head with its last empty line; lines end with LF or CRLF
     * @throws IOException if it does not start as an HTTP/1 answer
     */
    public void set(byte[] head, int length) throws IOException {
        this.bytes = head;
        this.length = length;
        this.status = status(head, length);
    }

    private static int status(byte[] text, int length) throws IOException {
        boolean isAnswer = length > CODE_FROM + CODE_DIGITS
                && Arrays.equals(text, 0, VERSION.length, VERSION, 0, VERSION.length)
                && (text[VERSION.length] == '0' || text[VERSION.length] == '1')
                && text[VERSION.length + 1] == ' ';
        AnswerParser.require(isAnswer, "not an HTTP answer");
        int status = 0;
        for (int i = CODE_FROM; i < CODE_FROM + CODE_DIGITS; i++) {
            AnswerParser.require(text[i] >= '0' && text[i] <= '9', "not an HTTP status");
            status = status * 10 + (text[i] - '0');
        }
        byte behind = text[CODE_FROM + CODE_DIGITS];
        AnswerParser.require(
                status >= 100 && (behind == ' ' || behind == '\r' || behind == '\n'), "not an HTTP status");
        return status;
    }

    /** Returns whether the answer is HTTP/1.0. */
    boolean isOld() {
        return bytes[VERSION.length] == '0';
    }

    public int status() {
        return status;
    }

    /** Returns the first header of a name in lower case, without surrounding space; null if there is none. */
    public @Nullable String header(String name) {
        for (int from = next(0); from < length; from = next(from)) {
            if (isNamed(from, name)) {
                int value = from + name.length() + 1;
                return new String(bytes, value, next(from) - value, StandardCharsets.ISO_8859_1).strip();
            }
        }
        return null;
    }

    /** Returns the headers whose name begins with a prefix in lower case, by their name in lower case; the first of each name. */
    public Map<String, String> headers(String prefix) {
        Map<String, String> found = new HashMap<>();
        for (int from = next(0); from < length; from = next(from)) {
            String line = new String(bytes, from, next(from) - from, StandardCharsets.ISO_8859_1);
            int colon = line.indexOf(':');
            if (colon > 0 && line.regionMatches(true, 0, prefix, 0, prefix.length())) {
                found.putIfAbsent(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return found;
    }

    /** Returns whether each line is a name with a colon right behind it: a space there or before it has more than one reading. */
    boolean isToTheLetter() {
        for (int from = next(0); from < length; from = next(from)) {
            int at = from;
            while (at < length && bytes[at] > ' ' && bytes[at] != ':') {
                at++;
            }
            boolean isEnd = at == from && at < length && (bytes[at] == '\r' || bytes[at] == '\n');
            if (!isEnd && (at == from || at == length || bytes[at] != ':')) {
                return false;
            }
        }
        return true;
    }

    /** Returns the number of headers of a name. */
    int count(String name) {
        int count = 0;
        for (int from = next(0); from < length; from = next(from)) {
            count += isNamed(from, name) ? 1 : 0;
        }
        return count;
    }

    private boolean isNamed(int from, String name) {
        int end = from + name.length();
        if (end >= length || bytes[end] != ':') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            byte b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the start of the next line. */
    private int next(int from) {
        int at = from;
        while (at < length && bytes[at] != '\n') {
            at++;
        }
        return at + 1;
    }
}
