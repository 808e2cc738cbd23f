package dev.tollgate.http.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request without the body's length, made once for similar requests. Immutable; never printed, because it contains
 * credentials.
 */
public final class Request {

    private static final String GET = "GET";

    private final String method;
    private final byte[] head;

    private Request(String method, byte[] head) {
        this.method = method;
        this.head = head;
    }

    /**
     * @param target the path, with its query
     * @param host with its port, unless it is the scheme's default
     * @throws IllegalArgumentException for anything that is not visible ASCII
     */
    static Request of(String method, String target, String host) {
        check(target, '!');
        byte[] line = ascii(method + " " + target + " HTTP/1.1\r\n");
        return new Request(method, line).with("host", host).with("user-agent", "tollgate");
    }

    /**
     * @param name in lower case
     * @throws IllegalArgumentException for a value that a header cannot contain
     */
    public Request with(String name, String value) {
        check(value, ' ');
        byte[] line = ascii(name + ": " + value + "\r\n");
        byte[] longer = Arrays.copyOf(head, head.length + line.length);
        System.arraycopy(line, 0, longer, head.length, line.length);
        return new Request(method, longer);
    }

    /** Adds a header, unless the value is null. */
    public Request withKnown(String name, @Nullable String value) {
        return value == null ? this : with(name, value);
    }

    /** Returns whether the request states the length of its body, even 0. */
    boolean hasBody() {
        return !method.equals(GET);
    }

    byte[] head() {
        return head;
    }

    private static void check(String text, char least) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < least || text.charAt(i) > '~') {
                throw new IllegalArgumentException("a request cannot carry the character at " + i);
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "Request[" + method + "]";
    }
}
