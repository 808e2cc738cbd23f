package dev.tollgate.upstreams.media;

import dev.tollgate.base.json.JsonOut;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.base.json.Utf8Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Base64;

/** A file that a model has made, in base64, or its place if the upstream keeps it. */
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

    /** Returns it as a part of a JSON string. */
    JsonSource source();

    /** Returns the bytes that it stands for, decoded as they are read. */
    JsonSource decoded();

    private static byte[] bytes(byte[] base64) {
        for (int i = 0; i < base64.length; i++) {
            base64[i] = base64[i] == '-' ? (byte) '+' : base64[i] == '_' ? (byte) '/' : base64[i];
        }
        return Base64.getDecoder().decode(base64);
    }

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
        public JsonSource source() {
            return new Held(new Utf8Buffer().escaped(text).toByteArray());
        }

        /** Returns none for what is no base64. */
        @Override
        public JsonSource decoded() {
            try {
                return new Held(
                        Base64.getMimeDecoder().decode(text.replace('-', '+').replace('_', '/')));
            } catch (IllegalArgumentException e) {
                return new Held(new byte[0]);
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
        private final long place;
        private final long size;
        private final int padding;
        private final String head;

        /** @param place of its first character in the file @param padding characters at its end that stand for nothing */
        Filed(String name, FileChannel file, long place, long size, int padding, String head) {
            this.name = name;
            this.head = head;
            this.file = file;
            this.place = place;
            this.size = size;
            this.padding = padding;
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
        public JsonSource source() {
            return this;
        }

        @Override
        public JsonSource decoded() {
            return new Decoded(this);
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public byte[] read(long from, int count) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(count);
            while (bytes.hasRemaining()) {
                if (file.read(bytes, place + from + bytes.position()) < 0) {
                    throw new IOException("a made file has become shorter");
                }
            }
            return bytes.array();
        }
    }

    /** Bytes in memory. */
    @SuppressWarnings("ArrayRecordComponent") // its equals is not used
    record Held(byte[] bytes) implements JsonSource {

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public byte[] read(long from, int count) {
            return Arrays.copyOfRange(bytes, (int) from, (int) from + count);
        }
    }

    /** The bytes that a long one stands for. */
    record Decoded(Filed file) implements JsonSource {

        @Override
        public long size() {
            return (file.size - file.padding) * 3 / 4;
        }

        @Override
        public byte[] read(long from, int count) throws IOException {
            long first = from / 3 * 4;
            long chars = file.size() - file.padding;
            long end = Math.min(chars % 4 == 1 ? chars - 1 : chars, (from + count + 2) / 3 * 4);
            byte[] bytes = bytes(file.read(first, (int) (end - first)));
            int skipped = (int) (from % 3);
            return Arrays.copyOfRange(bytes, skipped, skipped + count);
        }
    }
}
