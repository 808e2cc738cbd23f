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

/**
 * The parts of a speech as one WAV file of one channel with 16 bits, which has its length in its first bytes. The parts stay where they are. All are
 * added before anything is read.
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

    private final List<JsonSource> parts = new ArrayList<>();
    private long bytes;
    private int rate = RATE;

    /** Adds a part. @return false for what is no PCM, or without a sample */
    public boolean add(String mimeType, MadeData part) {
        Matcher pcm = PCM.matcher(mimeType.toLowerCase(Locale.ROOT));
        JsonSource samples = part.decoded();
        if (!pcm.matches() || samples.size() == 0) {
            return false;
        }
        rate = pcm.group(1) == null ? rate : Integer.parseInt(pcm.group(1));
        bytes += samples.size();
        parts.add(samples);
        return true;
    }

    /** Returns whether it has no sound. */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    @Override
    public long size() {
        return HEADER_BYTES + bytes;
    }

    @Override
    public byte[] read(long from, int count) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(count);
        long start = take(new MadeData.Held(header()), 0, from, read);
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

    private byte[] header() {
        return ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(Math.toIntExact(HEADER_BYTES - 8 + bytes))
                .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) 1)
                .putInt(rate)
                .putInt(rate * SAMPLE_BYTES)
                .putShort((short) SAMPLE_BYTES)
                .putShort((short) (SAMPLE_BYTES * Byte.SIZE))
                .put("data".getBytes(StandardCharsets.US_ASCII))
                .putInt(Math.toIntExact(bytes))
                .array();
    }
}
