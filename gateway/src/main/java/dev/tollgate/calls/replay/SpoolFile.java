package dev.tollgate.calls.replay;

import dev.tollgate.calls.replay.Answers.KnownAnswer;
import dev.tollgate.storage.secrets.Seal;
import dev.tollgate.storage.secrets.SecretBox;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A file of sealed pieces, each with its length in front: the file's own key, sealed with the installation's, then the response's head, then its
 * bytes. Each file has its own key because AES-GCM with random nonces is safe for 2^32 seals under one key, and a busy gateway would reach that
 * within days. A piece is bound to its position.
 *
 * <p>One thread at a time writes. Any thread reads what has been written.
 */
final class SpoolFile implements Pieces {

    /** Plain bytes of a piece. */
    static final int PIECE_BYTES_MAX = 64 << 10;

    /** The largest result of {@link #packed}. Larger copies would double the database's log for the sake of a few responses. */
    static final int PACKED_BYTES_MAX = 64 << 10;

    private static final int LENGTH_BYTES = 4;
    private static final String PACKED = "packed";

    private final FileChannel channel;
    private final Seal seal;
    private final MessageDigest digest;
    private final SpoolHead head;
    private final byte[] sealedKey;
    private long bodyStart;
    private long end;
    private long bodyBytes;

    private SpoolFile(FileChannel channel, Seal seal, MessageDigest digest, SpoolHead head, byte[] sealedKey) {
        this.channel = channel;
        this.seal = seal;
        this.digest = digest;
        this.head = head;
        this.sealedKey = sealedKey;
    }

    /** @param key the file's key, never used before; {@code inner} seals with it */
    @SuppressWarnings("resource") // the file that is returned owns the channel
    static SpoolFile write(
            FileChannel channel, SecretBox.Purpose outer, String taskId, byte[] key, Seal inner, SpoolHead head)
            throws IOException {
        SpoolFile file = new SpoolFile(channel, inner, Sha256.digest(), head, outer.seal(key, context(taskId)));
        file.append(file.sealedKey);
        file.append(inner.seal(head.toBytes(), context(file.end)));
        file.bodyStart = file.end;
        return file;
    }

    /** Opens a complete file and checks it. @param seals makes the seal of a key */
    static SpoolFile read(
            FileChannel channel,
            SecretBox.Purpose outer,
            String taskId,
            Function<byte[], Seal> seals,
            KnownAnswer known)
            throws IOException {
        MessageDigest digest = Sha256.digest();
        long bodyBytes = check(channel, digest, known);
        byte[] key = sealed(channel, 0);
        Seal inner = seals.apply(outer.open(key, context(taskId)));
        long headAt = LENGTH_BYTES + key.length;
        byte[] head = sealed(channel, headAt);
        SpoolFile file = new SpoolFile(channel, inner, digest, SpoolHead.of(inner.open(head, context(headAt))), key);
        file.bodyStart = headAt + LENGTH_BYTES + head.length;
        file.end = channel.size();
        file.bodyBytes = bodyBytes;
        return file;
    }

    /** @return plain bytes of the body */
    private static long check(FileChannel channel, MessageDigest digest, KnownAnswer known) throws IOException {
        long position = 0;
        long plain = 0;
        int pieces = 0;
        while (position < channel.size()) {
            byte[] sealed = sealed(channel, position);
            update(digest, sealed);
            position += LENGTH_BYTES + sealed.length;
            plain += ++pieces > 2 ? sealed.length - Seal.BYTES : 0;
        }
        if (position != known.bytes()
                || !HexFormat.of().formatHex(digest.digest()).equals(known.hash())) {
            throw new IOException("the spool differs from the kept answer");
        }
        return plain;
    }

    private static String context(String taskId) {
        return "answer " + taskId;
    }

    private static String context(long position) {
        return "piece " + position;
    }

    /** @param plain at most {@value #PIECE_BYTES_MAX} bytes */
    void write(byte[] plain) throws IOException {
        append(seal.seal(plain, context(end)));
        bodyBytes += plain.length;
    }

    private void append(byte[] sealed) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH_BYTES + sealed.length);
        bytes.putInt(sealed.length).put(sealed).flip();
        long position = end;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
        update(digest, sealed);
        end = position;
    }

    private static void update(MessageDigest digest, byte[] sealed) {
        digest.update(ByteBuffer.allocate(LENGTH_BYTES).putInt(sealed.length).flip());
        digest.update(sealed);
    }

    /** Removes everything after a position. The hash is unusable afterwards. */
    void cutAt(long position) throws IOException {
        channel.truncate(position);
        end = position;
    }

    /** Returns the whole response, compressed and sealed, for nodes that cannot reach the file; null if it is too large. */
    byte @Nullable [] packed() throws IOException {
        byte[] packed = PackedAnswer.pack(this, PACKED_BYTES_MAX - LENGTH_BYTES - sealedKey.length - Seal.BYTES);
        if (packed == null) {
            return null;
        }
        byte[] sealed = seal.seal(packed, PACKED);
        return ByteBuffer.allocate(LENGTH_BYTES + sealedKey.length + sealed.length)
                .putInt(sealedKey.length)
                .put(sealedKey)
                .put(sealed)
                .array();
    }

    /** Opens the result of {@link #packed}. @param seals makes the seal of a key */
    static PackedAnswer unpack(byte[] copy, SecretBox.Purpose outer, String taskId, Function<byte[], Seal> seals)
            throws IOException {
        try {
            ByteBuffer all = ByteBuffer.wrap(copy);
            byte[] key = new byte[Math.clamp(all.getInt(), 0, copy.length)];
            all.get(key);
            byte[] sealed = new byte[all.remaining()];
            all.get(sealed);
            return PackedAnswer.of(seals.apply(outer.open(key, context(taskId))).open(sealed, PACKED));
        } catch (BufferUnderflowException e) {
            throw new IOException("the copy of an answer cannot be read", e);
        }
    }

    @Override
    public Piece read(long position) throws IOException {
        byte[] sealed = sealed(channel, position);
        return new Piece(seal.open(sealed, context(position)), position + LENGTH_BYTES + sealed.length);
    }

    private static byte[] sealed(FileChannel channel, long position) throws IOException {
        int length = fill(channel, ByteBuffer.allocate(LENGTH_BYTES), position).getInt(0);
        if (length < Seal.BYTES || length > PIECE_BYTES_MAX + Seal.BYTES) {
            throw new IOException("a spool has a piece of " + length + " bytes");
        }
        return fill(channel, ByteBuffer.allocate(length), position + LENGTH_BYTES)
                .array();
    }

    private static ByteBuffer fill(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long from = position;
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, from);
            if (read < 0) {
                throw new EOFException("a spool ends too early");
            }
            from += read;
        }
        return buffer;
    }

    /** Makes all that was written durable. */
    void sync() throws IOException {
        channel.force(true);
    }

    /** Returns the SHA-256 of the whole file in lower-case hex. Callable once. */
    String hash() {
        return HexFormat.of().formatHex(digest.digest());
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
        return end;
    }

    @Override
    public long bodyBytes() {
        return bodyBytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
