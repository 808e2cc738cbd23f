package dev.tollgate.base.json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * JSON on its way out: what is written here, between long parts that lie elsewhere and are copied only when it is their turn. An answer that repeats a
 * text five times has it in memory once, and a file that it holds is not in memory at all. Not thread-safe.
 */
public final class JsonPieces implements JsonOut {

    /** A shorter part is copied at once. */
    private static final int COPIED_BYTES_MAX = 4 * 1024;

    private static final int FETCHED_BYTES_MAX = 64 * 1024;

    private final Utf8Buffer out = new Utf8Buffer(0);
    /** The pieces before the present buffer. */
    private @Nullable Deque<Piece> before;

    private long bytesBefore;

    private sealed interface Piece {}

    private record Present(ByteBuffer bytes) implements Piece {}

    /** A part of a source, which has to be fetched before it can be taken. */
    public record Absent(JsonSource source, long from, long to) implements Piece {

        /** Returns the first bytes of it. Blocks; on any thread. */
        public byte[] read() throws IOException {
            return source.read(from, (int) Math.min(FETCHED_BYTES_MAX, to - from));
        }
    }

    @Override
    public Utf8Buffer out() {
        return out;
    }

    /** Appends some of what was collected, which stays where it is. */
    public JsonPieces repeat(CollectedJson json, long from, long to) {
        json.slices(from, to, to - from <= COPIED_BYTES_MAX ? this::copy : this::refer, this::refer);
        return this;
    }

    /** Appends all that was collected until now. */
    public JsonPieces repeat(CollectedJson json) {
        return repeat(json, 0, json.size());
    }

    /** Appends a part of an array, which is not changed any more. */
    public JsonPieces repeat(byte[] bytes, int from, int to) {
        if (to - from <= COPIED_BYTES_MAX) {
            copy(bytes, from, to);
        } else {
            refer(bytes, from, to);
        }
        return this;
    }

    private void copy(byte[] bytes, int from, int to) {
        out.raw(bytes, from, to - from);
    }

    private void refer(byte[] bytes, int from, int to) {
        refer(new Present(ByteBuffer.wrap(bytes, from, to - from)), to - from);
    }

    private void refer(JsonSource source, long from, long to) {
        refer(new Absent(source, from, to), to - from);
    }

    @Override
    public void add(JsonSource source) {
        refer(source, 0, source.size());
    }

    private void refer(Piece piece, long bytes) {
        Deque<Piece> pieces = pieces();
        if (out.size() > 0) {
            addOut(pieces);
        }
        pieces.add(piece);
        bytesBefore += bytes;
    }

    private Deque<Piece> pieces() {
        Deque<Piece> pieces = before;
        if (pieces == null) {
            pieces = new ArrayDeque<>();
            before = pieces;
        }
        return pieces;
    }

    private void addOut(Deque<Piece> pieces) {
        pieces.add(new Present(ByteBuffer.wrap(out.toByteArray())));
        bytesBefore += out.size();
        out.rest();
    }

    /** Returns how many bytes there are. */
    public long size() {
        return bytesBefore + out.size();
    }

    /** Returns whether all there is is in the buffer. */
    public boolean isShort() {
        return bytesBefore == 0;
    }

    /** Returns whether some of it has to be fetched. */
    public boolean hasAbsent() {
        return before != null && before.stream().anyMatch(Absent.class::isInstance);
    }

    /** Returns what has to be fetched before anything can be taken; null if nothing. */
    public @Nullable Absent absent() {
        return before != null && size() > 0 && first() instanceof Absent piece ? piece : null;
    }

    /** Takes what was {@link Absent#read}. */
    public void fetched(Absent piece, byte[] bytes) {
        Deque<Piece> pieces = pieces();
        if (pieces.remove() != piece) {
            throw new IllegalStateException("it is another piece's turn");
        }
        long next = piece.from() + bytes.length;
        if (next < piece.to()) {
            pieces.addFirst(new Absent(piece.source(), next, piece.to()));
        }
        pieces.addFirst(new Present(ByteBuffer.wrap(bytes)));
    }

    /** Removes the first bytes. @return at most so many, none only if there are none, or if the next are {@link #absent} */
    public byte[] take(int bytesMax) {
        byte[] taken = new byte[(int) Math.min(bytesMax, size())];
        int at = 0;
        while (at < taken.length && first() instanceof Present first) {
            int length = Math.min(first.bytes().remaining(), taken.length - at);
            first.bytes().get(taken, at, length);
            at += length;
        }
        bytesBefore -= at;
        return at == taken.length ? taken : Arrays.copyOf(taken, at);
    }

    private Piece first() {
        Deque<Piece> pieces = pieces();
        while (pieces.peek() instanceof Present first && !first.bytes().hasRemaining()) {
            pieces.remove();
        }
        if (pieces.isEmpty()) {
            addOut(pieces);
        }
        return pieces.element();
    }

    /** Returns the same with the words of sources that have one. Nothing was taken before. */
    public JsonPieces inWords() {
        JsonPieces words = new JsonPieces();
        Deque<Piece> all = pieces();
        if (out.size() > 0) {
            addOut(all);
        }
        for (Piece piece : all) {
            switch (piece) {
                case Present(ByteBuffer bytes) ->
                    words.repeat(
                            bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.arrayOffset() + bytes.limit());
                case Absent(JsonSource source, long from, long to) -> {
                    byte[] word = source.word();
                    if (word == null) {
                        words.refer(source, from, to);
                    } else {
                        words.out().raw(word);
                    }
                }
            }
        }
        return words;
    }

    /** Returns everything in one array. Blocks if some of it has to be fetched. */
    public byte[] toByteArray() {
        byte[] all = new byte[Math.toIntExact(size())];
        for (int at = 0; at < all.length; ) {
            Absent piece = absent();
            if (piece != null) {
                try {
                    fetched(piece, piece.read());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            byte[] taken = take(all.length - at);
            System.arraycopy(taken, 0, all, at, taken.length);
            at += taken.length;
        }
        return all;
    }
}
