package dev.tollgate.upstreams.media;

import dev.tollgate.base.json.JsonSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a speech as one file of one channel with 16 bits: a WAV file, which has its length in its first bytes, or the samples alone. The parts stay
 * where they are. All are added before anything is read.
 */
public final class WavFile implements JsonSource {

    /**
     * The type of what Gemini streams: {@code audio/L16;codec=pcm;rate=24000}, with the low byte first
     * (docs.cloud.google.com/gemini-enterprise-agent-platform/models/text-to-speech/migration-guide, 29 November 2026).
     */
    private static final Pattern PCM = Pattern.compile("audio/(?:l16|pcm)\\b(?:.*\\brate=([1-9][0-9]{3,5})\\b)?.*");

    private static final int RATE = 24_000;
    private static final int SAMPLE_BYTES = 2;
    private static final int HEADER_BYTES = 44;

    /** The length in a header that cannot know it. */
    private static final long UNKNOWN_BYTES = 0xffff_ffffL;

    private static final String WAV = "audio/wav";

    private final boolean hasHeader;
    private final List<JsonSource> parts = new ArrayList<>();
    private String mimeType = WAV;
    private long bytes;
    private int rate = RATE;

    /** Makes a WAV file. */
    public WavFile() {
        this(true);
    }

    /** @param hasHeader whether it is a WAV file; else it has the samples alone */
    public WavFile(boolean hasHeader) {
        this.hasHeader = hasHeader;
    }

    /**
     * Puts the parts of a speech that streams behind the header of a WAV file whose length is not known. One for each stream.
     */
    public static final class Stream {

        private boolean begun;

        /** Returns the bytes of a part; null for what is no PCM. */
        public @Nullable JsonSource next(String type, MadeData part) {
            WavFile its = new WavFile(!begun);
            if (!its.add(type, part)) {
                return null;
            }
            begun = true;
            return its.hasHeader ? its.begun() : its;
        }

        /** Returns the type of the parts. */
        public String mimeType() {
            return WAV;
        }
    }

    /** Adds a part. @return false for what is no PCM, or without a sample */
    public boolean add(String mimeType, MadeData part) {
        Matcher pcm = PCM.matcher(mimeType.toLowerCase(Locale.ROOT));
        JsonSource samples = part.decoded();
        if (!pcm.matches() || samples.size() == 0) {
            return false;
        }
        rate = pcm.group(1) == null ? rate : Integer.parseInt(pcm.group(1));
        this.mimeType = hasHeader ? WAV : mimeType;
        bytes += samples.size();
        parts.add(samples);
        return true;
    }

    /** Returns its type. Samples alone have the type that the model gave them. */
    public String mimeType() {
        return mimeType;
    }

    /** Returns whether it has no sound. */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    @Override
    public long size() {
        return (hasHeader ? HEADER_BYTES : 0) + bytes;
    }

    @Override
    public byte[] read(long from, int count) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(count);
        long start = hasHeader ? take(new MadeData.Held(header(bytes)), 0, from, read) : 0;
        for (JsonSource part : parts) {
            start = take(part, start, from, read);
        }
        return read.array();
    }

    /** @param start of the part in the file @return the start of the next one */
    private static long take(JsonSource part, long start, long from, ByteBuffer read) throws IOException {
        long end = start + part.size();
        long at = from + read.position();
        if (at < end && read.hasRemaining()) {
            read.put(part.read(at - start, (int) Math.min(end - at, read.remaining())));
        }
        return end;
    }

    /** Returns the same bytes with a header that says no length. */
    private JsonSource begun() {
        MadeData.Held header = new MadeData.Held(header(UNKNOWN_BYTES));
        WavFile whole = this;
        return new JsonSource() {

            @Override
            public long size() {
                return whole.size();
            }

            @Override
            public byte[] read(long from, int count) throws IOException {
                byte[] read = whole.read(from, count);
                int some = (int) Math.max(0, Math.min(count, HEADER_BYTES - from));
                System.arraycopy(header.bytes(), (int) Math.min(from, HEADER_BYTES), read, 0, some);
                return read;
            }
        };
    }

    private byte[] header(long bytes) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt((int) Math.min(HEADER_BYTES - 8 + bytes, UNKNOWN_BYTES))
                .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(rate)
                .putInt(rate * SAMPLE_BYTES)
                .putShort((short) SAMPLE_BYTES)
                .putShort((short) (SAMPLE_BYTES * Byte.SIZE))
                .put("data".getBytes(StandardCharsets.US_ASCII))
                .putInt((int) bytes)
                .array();
    }
}
