package dev.tollgate.calls.replay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A small response as one byte array, to be sealed as a whole: the head with its length, then blocks, each with its lengths and compressed on its
 * own. A slow reader therefore holds only this array and one block. Immutable.
 */
final class PackedAnswer implements Pieces {

    /** Blocks end with the piece that reaches it. */
    private static final int BLOCK_BYTES = 64 << 10;

    private static final int BLOCK_BYTES_MAX = BLOCK_BYTES + SpoolFile.PIECE_BYTES_MAX;
    private static final int HEADING_BYTES = 2 * Integer.BYTES;

    private final byte[] packed;
    private final SpoolHead head;
    private final int bodyStart;
    private final long bodyBytes;

    private PackedAnswer(byte[] packed, SpoolHead head, int bodyStart, long bodyBytes) {
        this.packed = packed;
        this.head = head;
        this.bodyStart = bodyStart;
        this.bodyBytes = bodyBytes;
    }

    /** Packs a response. @return null if it needs more than {@code bytesMax} bytes; reading stops there */
    static byte @Nullable [] pack(SpoolFile file, int bytesMax) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] head = file.head().toBytes();
        packed.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(head.length).array());
        packed.writeBytes(head);
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (long at = file.bodyStart(); at < file.end() && packed.size() <= bytesMax; ) {
            Piece piece = file.read(at);
            block.writeBytes(piece.bytes());
            at = piece.next();
            if (block.size() >= BLOCK_BYTES || at == file.end()) {
                packed.writeBytes(deflated(block.toByteArray()));
                block.reset();
            }
        }
        return packed.size() <= bytesMax ? packed.toByteArray() : null;
    }

    private static byte[] deflated(byte[] block) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(block);
            deflater.finish();
            ByteArrayOutputStream deflated = new ByteArrayOutputStream();
            byte[] part = new byte[8 << 10];
            while (!deflater.finished()) {
                deflated.write(part, 0, deflater.deflate(part));
            }
            return ByteBuffer.allocate(HEADING_BYTES + deflated.size())
                    .putInt(block.length)
                    .putInt(deflated.size())
                    .put(deflated.toByteArray())
                    .array();
        } finally {
            deflater.end();
        }
    }

    static PackedAnswer of(byte[] packed) throws IOException {
        try {
            ByteBuffer all = ByteBuffer.wrap(packed);
            byte[] head = new byte[all.getInt()];
            all.get(head);
            int bodyStart = all.position();
            long bodyBytes = 0;
            while (all.hasRemaining()) {
                bodyBytes += all.getInt();
                all.position(all.getInt() + all.position());
            }
            return new PackedAnswer(packed, SpoolHead.of(head), bodyStart, bodyBytes);
        } catch (BufferUnderflowException | IllegalArgumentException | NegativeArraySizeException e) {
            throw new IOException("a packed answer cannot be read", e);
        }
    }

    @Override
    public Piece read(long position) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(packed).position(Math.toIntExact(position));
        int plain = all.getInt();
        int length = all.getInt();
        if (plain < 0 || plain > BLOCK_BYTES_MAX) {
            throw new IOException("a packed answer has a block of " + plain + " bytes");
        }
        return new Piece(inflated(all.position(), length, plain), all.position() + length);
    }

    private byte[] inflated(int offset, int length, int plain) throws IOException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed, offset, length);
            byte[] block = new byte[plain];
            int filled = 0;
            while (filled < plain) {
                int more = inflater.inflate(block, filled, plain - filled);
                if (more == 0) {
                    throw new IOException("a block of a packed answer ends too early");
                }
                filled += more;
            }
            return block;
        } catch (DataFormatException e) {
            throw new IOException("a block of a packed answer cannot be read", e);
        } finally {
            inflater.end();
        }
    }

    @Override
    public SpoolHead head() {
        return head;
    }

    @Override
    public long bodyStart() {
        return bodyStart;
    }

    @Override
    public long end() {
        return packed.length;
    }

    @Override
    public long bodyBytes() {
        return bodyBytes;
    }

    @Override
    public void close() {}
}
