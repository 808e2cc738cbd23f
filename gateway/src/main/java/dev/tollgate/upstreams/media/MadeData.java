package dev.tollgate.upstreams.media;

import dev.tollgate.base.json.JsonOut;
import dev.tollgate.base.json.JsonSource;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Base64;

/** A file that a model has made, in base64; or where it lies, for one that the upstream keeps. */
public sealed interface MadeData {

    int HEAD_CHARS = 64 * 1024;

    static MadeData of(String text) {
        return new Text(text);
    }

    /** Returns the text, or the name of the file that it lies in, which stands for it in a tree. */
    String text();

    /** Returns how many characters it has. */
    long length();

    /** Returns the first characters, {@link #HEAD_CHARS} at least if there are as many. */
    String head();

    /** Returns about how many bytes of heap it takes. */
    int heapBytes();

    /** Writes it into a JSON string. */
    void write(JsonOut out);

    /** Returns the bytes that it stands for. Reading blocks, and fails for what is no base64. */
    InputStream decoded() throws IOException;

    /** Returns how many bytes {@link #decoded} has. Blocks. */
    long decodedLength() throws IOException;

    /** A short one. */
    record Text(String text) implements MadeData {

        @Override
        public long length() {
            return text.length();
        }

        @Override
        public String head() {
            return text;
        }

        @Override
        public int heapBytes() {
            return text.length();
        }

        @Override
        public void write(JsonOut out) {
            out.out().escaped(text);
        }

        @Override
        public InputStream decoded() throws IOException {
            return new ByteArrayInputStream(bytes());
        }

        @Override
        public long decodedLength() throws IOException {
            return bytes().length;
        }

        private byte[] bytes() throws IOException {
            try {
                return Base64.getMimeDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                throw new IOException("a made file is no base64", e);
            }
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A long one, in a file of the spool, until its call lets it go. */
    final class Filed implements MadeData, JsonSource {

        private final String name;
        private final FileChannel file;
        private final long size;
        private final String head;

        Filed(String name, FileChannel file, long size, String head) {
            this.name = name;
            this.head = head;
            this.file = file;
            this.size = size;
        }

        @Override
        public String text() {
            return name;
        }

        @Override
        public long length() {
            return size;
        }

        @Override
        public String head() {
            return head;
        }

        @Override
        public int heapBytes() {
            return head.length();
        }

        @Override
        public void write(JsonOut out) {
            out.add(this);
        }

        @Override
        public InputStream decoded() {
            return Base64.getDecoder().wrap(new BufferedInputStream(new Whole(), HEAD_CHARS));
        }

        @Override
        public long decodedLength() throws IOException {
            int last = (int) Math.min(2, size);
            int padding = 0;
            for (byte b : read(size - last, last)) {
                padding += b == '=' ? 1 : 0;
            }
            return (size - padding) * 3 / 4;
        }

        /** All of its characters. */
        private final class Whole extends InputStream {

            private long at;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int count) throws IOException {
                int some = (int) Math.min(count, size - at);
                if (some <= 0) {
                    return count == 0 ? 0 : -1;
                }
                System.arraycopy(Filed.this.read(at, some), 0, target, offset, some);
                at += some;
                return some;
            }
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public byte[] read(long from, int count) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(count);
            while (bytes.hasRemaining()) {
                if (file.read(bytes, from + bytes.position()) < 0) {
                    throw new IOException("a made file has become shorter");
                }
            }
            return bytes.array();
        }
    }
}
