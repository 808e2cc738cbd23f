package dev.tollgate.books.receipts;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Checks a file of receipts, one a line from the first on, as {@code GET /v1/receipts} gives them: finds a changed byte, a line that
 * is missing, doubled or out of its place, and with the account's head an end that was cut off. Needs no database. Pure.
 */
public final class ReceiptFileCheck {

    /** Longer lines are no receipts. */
    public static final int LINE_BYTES_MAX = 65_536;

    private final PublicKeys keys;
    private final byte @Nullable [] head;

    /** The result of a check. */
    public sealed interface Result {}

    /** @param receipts 0 or more */
    public record Sound(long receipts) implements Result {}

    /** @param sentence the first line that is wrong, and why; or what is wrong with the head */
    public record Wrong(String sentence) implements Result {}

    /** @param head as {@code GET /v1/receipts/head} gives it; null if the end is not to be checked */
    public ReceiptFileCheck(PublicKeys keys, byte @Nullable [] head) {
        this.keys = keys;
        this.head = head == null ? null : withoutNewline(head);
    }

    /** @throws IOException if the file cannot be read */
    public Result check(InputStream file) throws IOException {
        Chain chain = new Chain(keys);
        try {
            ChainHead end = head == null ? null : ChainHead.parse(head, keys);
            String wrong = wrongLine(new BufferedInputStream(file), chain, end);
            if (wrong == null && end != null) {
                wrong = end.problem(chain);
            }
            return wrong == null ? new Sound(chain.sequence()) : new Wrong(wrong);
        } catch (IllegalArgumentException e) {
            return new Wrong("the head: " + e.getMessage());
        }
    }

    private static @Nullable String wrongLine(InputStream in, Chain chain, @Nullable ChainHead end) throws IOException {
        for (byte[] line = line(in); line != null; line = line(in)) {
            try {
                chain.add(line);
            } catch (IllegalArgumentException e) {
                return "line " + (chain.sequence() + 1) + ": " + e.getMessage();
            }
            if (end != null) {
                end.pass(chain);
            }
        }
        return null;
    }

    /** Returns the bytes up to the next line feed: a carriage return is a changed byte. @return null at the end */
    private static byte @Nullable [] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1_024);
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n' && line.size() <= LINE_BYTES_MAX) {
            line.write(next);
            next = in.read();
        }
        return line.toByteArray();
    }

    private static byte[] withoutNewline(byte[] bytes) {
        return bytes.length > 0 && bytes[bytes.length - 1] == '\n' ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    }

    /** The end of an account's chain at one time: later receipts may follow, none of those before may be missing. One thread. */
    private static final class ChainHead {

        private final SignedObject head;
        private final long sequence;
        private boolean passed;

        private ChainHead(SignedObject head) {
            this.head = head;
            this.sequence = head.number("sequence");
            this.passed = sequence == 0;
        }

        /** @throws IllegalArgumentException with what is wrong with it */
        static ChainHead parse(byte[] bytes, PublicKeys keys) {
            SignedObject parsed = SignedObject.head(bytes);
            parsed.requireSignature(keys);
            return new ChainHead(parsed);
        }

        void pass(Chain chain) {
            if (chain.sequence() == sequence) {
                passed = chain.hash().equals(head.text("hash"));
            }
        }

        /** Once the chain has ended: what does not fit, or null. */
        @Nullable
        String problem(Chain chain) {
            String account = chain.account();
            if (account != null && !account.equals(head.text("account"))) {
                return "the head: another account's";
            }
            if (chain.sequence() < sequence) {
                return "line " + (chain.sequence() + 1) + ": missing; the head counts " + sequence + " receipts";
            }
            return passed ? null : "line " + sequence + ": not the receipt that the head names";
        }
    }
}
