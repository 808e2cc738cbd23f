package dev.tollgate.upstreams.media;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A medium that is being written. Used by one thread; ends by {@link #finish} or {@link #discard}. */
final class Draft {

    private static final int MEMORY_STEP = 64 * 1024;

    private final MediaSpool spool;
    private final String accountId;
    private final @Nullable String known;
    private final MessageDigest digest = sha256();
    private @Nullable ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private long memoryTaken;
    private @Nullable FileChannel file;
    private long fileTaken;
    private long length;

    /** @param accountId whose share of the spool it takes */
    Draft(MediaSpool spool, String accountId) {
        this(spool, accountId, null);
    }

    /** @param sha256 the hash of the bytes to be written, in lower-case hex; null if it is not known yet */
    Draft(MediaSpool spool, String accountId, @Nullable String sha256) {
        this.known = sha256;
        this.spool = spool;
        this.accountId = accountId;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sha256Hex(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    long length() {
        return length;
    }

    void write(byte[] bytes, int offset, int count) throws NoRoom {
        if (known == null) {
            digest.update(bytes, offset, count);
        }
        try {
            if (staysInMemory(count)) {
                memory().write(bytes, offset, count);
            } else {
                writeToFile(bytes, offset, count);
            }
        } catch (IOException e) {
            throw new NoRoom("a medium cannot be written", e);
        }
        length += count;
    }

    private ByteArrayOutputStream memory() {
        if (memory == null) {
            throw new IllegalStateException("it lies in a file");
        }
        return memory;
    }

    private boolean staysInMemory(int count) {
        if (memory == null || length + count > MediaSpool.MEMORY_EACH_MAX) {
            return false;
        }
        while (memoryTaken < length + count) {
            if (!spool.takeMemory(accountId, MEMORY_STEP)) {
                return false;
            }
            memoryTaken += MEMORY_STEP;
        }
        return true;
    }

    private void writeToFile(byte[] bytes, int offset, int count) throws IOException, NoRoom {
        if (file == null) {
            file = spool.newFile();
        }
        if (memory != null) {
            byte[] before = memory.toByteArray();
            memory = null;
            append(file, before, 0, before.length);
            giveMemory();
        }
        append(file, bytes, offset, count);
    }

    private void append(FileChannel to, byte[] bytes, int offset, int count) throws IOException, NoRoom {
        spool.takeFile(accountId, count);
        fileTaken += count;
        ByteBuffer source = ByteBuffer.wrap(bytes, offset, count);
        while (source.hasRemaining()) {
            to.write(source);
        }
    }

    private void giveMemory() {
        spool.giveMemory(accountId, memoryTaken);
        memoryTaken = 0;
    }

    /** Finishes the draft. The receiver of the media releases them. */
    Medium finish(String mimeType) {
        String sha256 = known != null ? known : HexFormat.of().formatHex(digest.digest());
        byte[] bytes = memory == null ? null : memory.toByteArray();
        memory = null;
        return new Medium(mimeType, length, sha256, bytes, file, this::discard);
    }

    /** Gives everything back. */
    void discard() {
        giveMemory();
        memory = null;
        spool.giveFile(accountId, fileTaken);
        fileTaken = 0;
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a file of media cannot be closed", e);
        }
    }
}
