package dev.tollgate.upstreams.connections;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the long base64 of files out of the bytes of an answer, however they are cut. The target gets it without its escapes, and a name replaces it. All other
 * bytes pass unchanged. Not thread-safe.
 */
final class MadeScanner {

    /** A longer value goes aside. */
    static final int HELD_BYTES_MAX = 256 * 1024;

    static final int PIECE_BYTES = 64 * 1024;

    /** The parts of an answer that are files. */
    static final int PARTS_MAX = 16;

    /** The depth of {@code inlineData} in Gemini's chunks, and of {@code image_url} in OpenAI's: what is deeper are arguments and the like. */
    private static final int DEPTH = 7;

    private static final byte[] DATA_URL = ascii("data:");
    private static final byte[] BASE64 = ascii("base64,");
    private static final int ESCAPE_CHARS = 6;
    private static final boolean[] ALPHABET = alphabet();

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101010101010101L;
    private static final long HIGH = 0x80 * EACH;

    /** The member that files are in. */
    enum Member {
        /** {@code data} of Gemini's {@code inlineData}. */
        DATA("data"),
        /** {@code url} of OpenAI's {@code image_url}, if it is a data URL. */
        URL("url");

        private final byte[] name;

        Member(String name) {
            this.name = ascii(name);
        }
    }

    enum Fault {
        NOT_BASE64,
        TOO_LARGE
    }

    /** Receives the parts of an answer. */
    interface Target {

        /** Takes what goes on. @param bytes valid only during the call */
        void text(byte[] bytes, int from, int to);

        /** A file begins. @return its name */
        String begins();

        /** @param piece which may be kept */
        void piece(byte[] piece, int length);

        /** The file has ended. */
        void ends();
    }

    private enum State {
        OUTSIDE,
        STRING,
        /** The place behind the member's name, or behind a value that is spelled like it. */
        NAMED,
        /** The place behind the colon. */
        VALUE,
        /** The inside of a value, which may still be short. */
        HELD,
        /** The inside of a value that goes aside. */
        ASIDE
    }

    private final Member member;
    private final long fileBytesMax;
    private final int heldBytesMax;
    private final int partsMax;
    private final Target target;
    private State state = State.OUTSIDE;
    private int depth;
    /** The length of the name's part that the present string has been; -1 if it is another one. */
    private int matched;

    private boolean isEscaped;
    private byte[] held = {};
    private int heldLength;
    private byte[] piece = {};
    private int pieceLength;
    /** The place in an escape: 0 outside, 1 behind the backslash, then the digits. */
    private int escape;

    private int escaped;
    private long chars;
    private int padding;
    private long bytesBefore;
    private int parts;
    private @Nullable Fault fault;

    /** @param fileBytesMax of one file, decoded; an answer may have twice as much */
    MadeScanner(Member member, long fileBytesMax, Target target) {
        this(member, fileBytesMax, HELD_BYTES_MAX, PARTS_MAX, target);
    }

    /** @param heldBytesMax longer values go aside @param partsMax of an answer that are files */
    MadeScanner(Member member, long fileBytesMax, int heldBytesMax, int partsMax, Target target) {
        this.heldBytesMax = heldBytesMax;
        this.partsMax = partsMax;
        this.member = member;
        this.fileBytesMax = fileBytesMax;
        this.target = target;
    }

    /** Returns why nothing more is read; null if it goes on. */
    @Nullable
    Fault fault() {
        return fault;
    }

    void read(byte[] bytes, int length) {
        int from = 0;
        int at = 0;
        while (at < length && fault == null) {
            if (state == State.HELD || state == State.ASIDE) {
                from = state == State.HELD ? hold(bytes, at, length) : aside(bytes, at, length);
                boolean isClosed = state == State.OUTSIDE && bytes[from] == '"';
                at = isClosed ? from + 1 : from;
            } else {
                step(bytes[at++]);
                if (state == State.HELD) {
                    target.text(bytes, from, at);
                }
            }
        }
        if (state != State.HELD && state != State.ASIDE && fault == null) {
            target.text(bytes, from, length);
        }
    }

    private void step(byte b) {
        switch (state) {
            case STRING -> inString(b);
            case NAMED -> {
                if (b == ':') {
                    state = State.VALUE;
                } else {
                    between(b);
                }
            }
            case VALUE -> {
                if (b == '"') {
                    state = State.HELD;
                    isEscaped = false;
                } else {
                    between(b);
                }
            }
            default -> outside(b);
        }
    }

    private void between(byte b) {
        if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
            state = State.OUTSIDE;
            outside(b);
        }
    }

    private void outside(byte b) {
        switch (b) {
            case '"' -> {
                state = State.STRING;
                matched = depth == DEPTH ? 0 : -1;
                isEscaped = false;
            }
            case '{', '[' -> depth++;
            case '}', ']' -> depth = Math.max(0, depth - 1);
            default -> {}
        }
    }

    private void inString(byte b) {
        if (b == '\n' || b == '\r') { // no JSON, as in a comment
            state = State.OUTSIDE;
        } else if (isEscaped) {
            isEscaped = false;
        } else if (b == '\\') {
            isEscaped = true;
            matched = -1;
        } else if (b == '"') {
            state = matched == member.name.length ? State.NAMED : State.OUTSIDE;
        } else {
            boolean goesOn = matched >= 0 && matched < member.name.length && member.name[matched] == b;
            matched = goesOn ? matched + 1 : -1;
        }
    }

    // ---- a value that may be short ----

    /** @return the place of the first byte that is not held */
    private int hold(byte[] bytes, int from, int length) {
        int at = from;
        int to = Math.min(length, from + heldBytesMax - heldLength);
        while (at < to && state == State.HELD) {
            byte b = bytes[at];
            if (b == '\n' || b == '\r' || b == '"' && !isEscaped) {
                state = State.OUTSIDE;
            } else {
                isEscaped = b == '\\' && !isEscaped;
                at++;
            }
        }
        keep(bytes, from, at);
        if (state == State.OUTSIDE) {
            if (isFile()) {
                count((heldLength - prefix()) * 3L / 4);
            }
            letGo();
        } else if (heldLength == heldBytesMax) {
            goAside();
        }
        return at;
    }

    private void keep(byte[] bytes, int from, int to) {
        int length = heldLength + to - from;
        if (length > held.length) {
            held = Arrays.copyOf(held, Math.min(heldBytesMax, Math.max(length, 2 * held.length)));
        }
        System.arraycopy(bytes, from, held, heldLength, to - from);
        heldLength = length;
    }

    private void letGo() {
        target.text(held, 0, heldLength);
        drop();
    }

    private void drop() {
        held = new byte[0];
        heldLength = 0;
    }

    private boolean isFile() {
        return member == Member.DATA
                || heldLength >= DATA_URL.length
                        && Arrays.equals(held, 0, DATA_URL.length, DATA_URL, 0, DATA_URL.length);
    }

    /** Returns where the base64 begins. */
    private int prefix() {
        if (member == Member.DATA) {
            return 0;
        }
        for (int at = BASE64.length; at <= heldLength; at++) {
            if (Arrays.equals(held, at - BASE64.length, at, BASE64, 0, BASE64.length)) {
                return at;
            }
        }
        return heldLength;
    }

    private void goAside() {
        int prefix = isFile() ? prefix() : heldLength;
        if (prefix == heldLength) { // some other long text
            state = State.STRING;
            matched = -1;
            letGo();
            return;
        }
        state = State.ASIDE;
        chars = 0;
        padding = 0;
        escape = 0;
        target.text(held, 0, prefix);
        byte[] name = ascii(target.begins());
        target.text(name, 0, name.length);
        byte[] value = held;
        int length = heldLength;
        drop();
        aside(value, prefix, length);
    }

    // ---- a file ----

    /** @return the place of the first byte behind it */
    private int aside(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && fault == null) {
            at += plain(bytes, at, to);
            if (at == to) {
                break;
            }
            byte b = bytes[at];
            if (escape == 0 && b == '"') {
                state = State.OUTSIDE;
                sendPiece();
                target.ends();
                count(chars * 3 / 4);
                return at;
            }
            take(b);
            at++;
        }
        if (chars * 3 / 4 > fileBytesMax) {
            fault = Fault.TOO_LARGE;
        }
        return at;
    }

    /** Takes bytes that stand for themselves, which nearly all do. @return how many */
    private int plain(byte[] bytes, int from, int to) {
        if (escape > 0 || padding > 0) {
            return 0;
        }
        beginPiece();
        int length = 0;
        int most = Math.min(to - from, PIECE_BYTES - pieceLength);
        while (length + Long.BYTES <= most && isBase64((long) EIGHT.get(bytes, from + length))) {
            length += Long.BYTES;
        }
        while (length < most && bytes[from + length] >= 0 && ALPHABET[bytes[from + length]]) {
            length++;
        }
        System.arraycopy(bytes, from, piece, pieceLength, length);
        grow(length);
        return length;
    }

    /** Returns whether eight bytes are letters, digits, + or /, in a time that is a third of eight look-ups. */
    private static boolean isBase64(long eight) {
        long letters = between(eight | 0x20 * EACH, 'a', 'z');
        long digits = between(eight, '/', '9');
        return ((letters | digits | between(eight, '+', '+')) & ~eight & HIGH) == HIGH;
    }

    /** Sets the high bit of each byte that is one of a range, if none of the eight has it set. */
    private static long between(long eight, int first, int last) {
        return eight + (0x80 - first) * EACH & ~(eight + (0x7f - last) * EACH);
    }

    private void take(byte b) {
        if (escape == 0 && b == '\\') {
            escape = 1;
        } else if (escape == 0) {
            add(b);
        } else if (escape == 1 && b == 'u') {
            escape = 2;
            escaped = 0;
        } else if (escape == 1) {
            escape = 0;
            add(b == '/' ? b : (byte) '\\');
        } else {
            int digit = Character.digit(b, 16);
            escaped = 16 * escaped + digit;
            escape++;
            if (digit < 0 || escape == ESCAPE_CHARS) {
                escape = 0;
                add(digit >= 0 && escaped < ALPHABET.length ? (byte) escaped : (byte) '\\');
            }
        }
    }

    private void add(byte b) {
        boolean isPadding = b == '=' && padding < 2;
        if (!isPadding && (b < 0 || !ALPHABET[b] || padding > 0)) {
            fault = Fault.NOT_BASE64;
            return;
        }
        beginPiece();
        piece[pieceLength] = b;
        grow(1);
        padding += isPadding ? 1 : 0;
        chars -= isPadding ? 1 : 0;
    }

    private void beginPiece() {
        if (piece.length == 0) {
            piece = new byte[PIECE_BYTES];
        }
    }

    private void grow(int length) {
        chars += length;
        pieceLength += length;
        if (pieceLength == PIECE_BYTES) {
            sendPiece();
        }
    }

    private void sendPiece() {
        if (pieceLength > 0) {
            target.piece(piece, pieceLength);
            piece = new byte[0];
            pieceLength = 0;
        }
    }

    private void count(long bytes) {
        bytesBefore += bytes;
        parts++;
        if (bytes > fileBytesMax || bytesBefore > 2 * fileBytesMax || parts > partsMax) {
            fault = Fault.TOO_LARGE;
        }
    }

    private static boolean[] alphabet() {
        boolean[] alphabet = new boolean[128];
        for (byte b : ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")) {
            alphabet[b] = true;
        }
        return alphabet;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
