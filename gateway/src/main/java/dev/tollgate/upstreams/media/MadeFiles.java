package dev.tollgate.upstreams.media;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The long files that the model of one call makes, as base64 in files of the spool, until its answer has left. Room for the largest file is taken before
 * its first byte is written, and what it did not need is given back at its end: so files that have begun always end. Thread-safe.
 */
public final class MadeFiles {

    /** The beginning of each name. The rest is not to be guessed, so no model can write a name. */
    public static final String MARK = "tollgate-made-";

    private static final int RANDOM_BYTES = 16;

    public static final int NAME_CHARS = MARK.length() + 2 * RANDOM_BYTES;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final MediaSpool spool;
    private final String accountId;
    private final long bytesMax;
    private final boolean isSpeech;
    private final List<Writing> written = new ArrayList<>(1);
    private boolean isOver;
    private long announced;

    /**
     * @param bytesMax of one file, decoded
     * @param isSpeech whether the files are the many parts of one speech
     */
    MadeFiles(MediaSpool spool, String accountId, long bytesMax, boolean isSpeech) {
        this.isSpeech = isSpeech;
        this.spool = spool;
        this.accountId = accountId;
        this.bytesMax = bytesMax;
    }

    /** Returns the most bytes that a file may have, decoded. */
    public long bytesMax() {
        return bytesMax;
    }

    /** Returns whether the files are parts of one speech. */
    public boolean isSpeech() {
        return isSpeech;
    }

    /**
     * Makes sure that the disk has room for files of the largest size, once and before the model is asked. Blocks.
     *
     * @param count of the files; the parts of a speech lie in one
     */
    public synchronized boolean hasRoom(int count) {
        long bytes = count * base64Max();
        if (isOver || !spool.announce(bytes)) {
            return false;
        }
        announced += bytes;
        return true;
    }

    private long base64Max() {
        return (bytesMax + 2) / 3 * 4;
    }

    private synchronized void takeBack(long bytes) {
        long less = Math.min(bytes, announced);
        announced -= less;
        spool.takeBack(less);
    }

    /** Begins a file. @param before the file behind whose end it lies, which is written first; null for one of its own */
    public Writing begin(@Nullable Writing before) {
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        return new Writing(MARK + HexFormat.of().formatHex(random), before);
    }

    private synchronized boolean hasSome() {
        return !written.isEmpty();
    }

    private synchronized boolean keep(Writing done) {
        return !isOver && written.add(done);
    }

    /** Releases all files: the answer has left, or is no longer wanted. */
    void release() {
        List<Writing> all;
        synchronized (this) {
            isOver = true;
            all = List.copyOf(written);
            written.clear();
            takeBack(announced);
        }
        all.forEach(Writing::discard);
        spool.isOver(this);
    }

    /** A file that is being written. Used by one thread at a time; ends by {@link #finish} or {@link #discard}. */
    public final class Writing {

        private final String name;
        private final boolean isFirst;
        private @Nullable Writing before;
        private @Nullable FileChannel file;
        private long taken;
        private long from;
        private long length;
        private int padding;
        private final StringBuilder head = new StringBuilder();

        private Writing(String name, @Nullable Writing before) {
            this.name = name;
            this.before = before;
            this.isFirst = before == null;
        }

        public String name() {
            return name;
        }

        /** Appends bytes. Blocks, also until there is room. */
        public void write(byte[] bytes, int count) throws IOException, InterruptedException {
            FileChannel to = file;
            if (to == null) {
                take(Math.max(count, Math.min(base64Max(), spool.partMax())));
                to = before == null || before.file == null ? spool.newFile() : before.file;
                from = before == null ? 0 : before.from + before.length;
                before = null;
                file = to;
            } else if (length + count > taken) {
                take(count);
            }
            ByteBuffer source = ByteBuffer.wrap(bytes, 0, count);
            while (source.hasRemaining()) {
                to.write(source, from + length + source.position());
            }
            length += count;
            takeBack(count);
            for (int i = Math.max(0, count - 2); i < count; i++) {
                padding += bytes[i] == '=' ? 1 : 0;
            }
            int ofHead = isSpeech ? 0 : Math.min(count, MadeData.HEAD_CHARS - head.length());
            head.append(new String(bytes, 0, ofHead, StandardCharsets.US_ASCII));
        }

        private void take(long bytes) throws InterruptedException {
            taken += spool.awaitFile(accountId, bytes, MadeFiles.this, hasSome());
        }

        /** Returns the whole file, which is there until its call lets it go. */
        public MadeData.Filed finish() throws IOException {
            if (file == null || !keep(this)) {
                throw new IOException("the call is over");
            }
            long unused = Math.max(0, taken - length);
            taken -= unused;
            spool.giveFile(accountId, unused);
            return new MadeData.Filed(name, file, from, length, padding, head.toString());
        }

        /** Gives everything back. */
        public void discard() {
            spool.giveFile(accountId, taken);
            taken = 0;
            try {
                if (file != null && isFirst) {
                    file.close();
                }
            } catch (IOException e) {
                throw new IllegalStateException("a made file cannot be closed", e);
            }
        }
    }
}
