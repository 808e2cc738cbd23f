package dev.tollgate.http.engine;

import io.netty.util.ByteProcessor;

/**
 * The letter of RFC 9112 for the head of a request, byte by byte. What it lets through has one reading; where a proxy before us and we
 * could read two, there is a 400. {@link #process} returns false at the head's last byte and throws {@link BadHead} where it is none.
 * For one connection, on its event loop.
 */
final class HeadGrammar implements ByteProcessor {

    private enum State {
        START,
        START_LF,
        METHOD,
        TARGET,
        VERSION,
        LINE_LF,
        HEADER,
        NAME,
        VALUE,
        VALUE_LF,
        END_LF
    }

    private static final String VERSION = "HTTP/1.";
    private static final String SEPARATORS = "!#$%&'*+-.^_`|~";

    /** Our longest callers send some thirty; each costs many times its bytes. */
    static final int HEADERS_MAX = 100;

    private State state = State.START;
    private int length;
    private int bytes;
    private int lineBytes;
    private int headers;
    private int headerBegin;
    private int longestBytes;

    /** The next byte is the first of a head. */
    void reset() {
        state = State.START;
        length = 0;
        bytes = 0;
        lineBytes = 0;
        headers = 0;
        longestBytes = 0;
    }

    /** Returns the bytes seen of the request line and of empty lines before it. */
    int lineBytes() {
        return headers == 0 && lineBytes == 0 ? bytes : lineBytes;
    }

    /** Returns the bytes seen behind the request line. */
    int headerBytes() {
        return bytes - lineBytes();
    }

    int headers() {
        return headers;
    }

    /** Returns the bytes of the longest line that has ended. */
    int longestBytes() {
        return longestBytes;
    }

    @Override
    public boolean process(byte value) {
        int c = value & 0xff;
        bytes++;
        switch (state) {
            case START -> state = start(c);
            case START_LF -> state = lineFeed(c, State.START);
            case METHOD -> state = method(c);
            case TARGET -> state = target(c);
            case VERSION -> state = version(c);
            case LINE_LF -> {
                state = lineFeed(c, State.HEADER);
                lineBytes = bytes;
                lineEnds(0);
            }
            case HEADER -> state = header(c);
            case NAME -> state = name(c);
            case VALUE -> state = value(c);
            case VALUE_LF -> {
                state = lineFeed(c, State.HEADER);
                lineEnds(headerBegin);
            }
            case END_LF -> {
                state = lineFeed(c, State.START);
                return false;
            }
        }
        return true;
    }

    /** Empty lines before a request are passed over, as the RFC asks. */
    private static State start(int c) {
        if (c == '\r') {
            return State.START_LF;
        }
        if (!isToken(c)) {
            throw new BadHead("A request begins with its method.");
        }
        return State.METHOD;
    }

    private State method(int c) {
        if (c == ' ') {
            length = 0;
            return State.TARGET;
        }
        if (!isToken(c)) {
            throw requestLine();
        }
        return State.METHOD;
    }

    private State target(int c) {
        if (c == ' ' && length > 0) {
            length = 0;
            return State.VERSION;
        }
        if (c <= ' ' || c == 0x7f) {
            throw requestLine();
        }
        length++;
        return State.TARGET;
    }

    private State version(int c) {
        if (length == VERSION.length() + 1 && c == '\r') {
            return State.LINE_LF;
        }
        boolean minor = length == VERSION.length() && (c == '0' || c == '1');
        if (!minor && (length >= VERSION.length() || c != VERSION.charAt(length))) {
            throw requestLine();
        }
        length++;
        return State.VERSION;
    }

    private static BadHead requestLine() {
        return new BadHead(
                "The request line must be a method, a target and HTTP/1.1 or HTTP/1.0 with one space between them.");
    }

    private void lineEnds(int begin) {
        longestBytes = Math.max(longestBytes, bytes - begin);
        headerBegin = bytes;
    }

    private State header(int c) {
        if (c == '\r') {
            return State.END_LF;
        }
        if (c == ' ' || c == '\t') {
            throw new BadHead("A header must not be folded over several lines.");
        }
        if (c == ':') {
            throw new BadHead("A header must have a name.");
        }
        headers++;
        if (headers > HEADERS_MAX) {
            throw new BadHead("It has more than " + HEADERS_MAX + " headers.");
        }
        return name(c);
    }

    private static State name(int c) {
        if (c == ':') {
            return State.VALUE;
        }
        if (!isToken(c)) {
            throw new BadHead("A header's name may hold letters, digits and " + SEPARATORS
                    + " and must end with a colon, without a space before it.");
        }
        return State.NAME;
    }

    private static State value(int c) {
        if (c == '\r') {
            return State.VALUE_LF;
        }
        if (c < ' ' && c != '\t' || c == 0x7f) {
            throw new BadHead("A header's value must not hold control characters.");
        }
        return State.VALUE;
    }

    private static State lineFeed(int c, State next) {
        if (c != '\n') {
            throw new BadHead("A line must end with CR and LF.");
        }
        return next;
    }

    private static boolean isToken(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || SEPARATORS.indexOf(c) >= 0;
    }
}
