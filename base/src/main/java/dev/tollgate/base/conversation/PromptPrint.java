package dev.tollgate.base.conversation;

import dev.tollgate.base.json.JsonText;
import java.util.Arrays;
import java.util.zip.CRC32C;
import tools.jackson.databind.JsonNode;

/** The parts of a prompt by checksum and length, without any text: system text, tools and each message, in this order (E86). Immutable. */
public final class PromptPrint {

    /** A shorter prompt has no print: providers do not cache it. */
    public static final int BYTES_MIN = 8 * 1024;

    /** System text, tools and 4,096 messages; the rest of a prompt is one more part. */
    static final int PARTS_MAX = 2 + 4_096;

    private final int[] sums;
    private final int[] lengths;

    private PromptPrint(int[] sums, int[] lengths) {
        this.sums = sums;
        this.lengths = lengths;
    }

    public int parts() {
        return sums.length;
    }

    /** Returns the number of first parts that are the same in both. */
    public int common(PromptPrint other) {
        int most = Math.min(parts(), other.parts());
        int same = 0;
        while (same < most && sums[same] == other.sums[same] && lengths[same] == other.lengths[same]) {
            same++;
        }
        return same;
    }

    /** Returns the bytes of the first parts. */
    public long bytes(int parts) {
        long bytes = 0;
        for (int i = 0; i < parts; i++) {
            bytes += lengths[i];
        }
        return bytes;
    }

    /** Returns this print of what was sent, with the tools as the caller wrote them: an upstream reads them before the messages, wherever they stand. */
    public PromptPrint withToolsOf(PromptPrint written) {
        int parts = parts() + 1;
        int[] allSums = Arrays.copyOf(sums, parts);
        int[] allLengths = Arrays.copyOf(lengths, parts);
        System.arraycopy(sums, 1, allSums, 2, parts - 2);
        System.arraycopy(lengths, 1, allLengths, 2, parts - 2);
        allSums[1] = written.sums[1];
        allLengths[1] = written.lengths[1];
        return new PromptPrint(allSums, allLengths);
    }

    /** Returns about how many bytes of memory it takes. */
    public long memoryBytes() {
        return 64 + 2L * Integer.BYTES * parts();
    }

    /** The print while the prompt is walked. Confined to a thread. */
    public static final class Making {

        /** The bytes of any medium: as many as the tokens of an image of usual size have. */
        private static final int MEDIUM_BYTES = 4 * 1_120;

        /** The bytes that are read at either end of a longer text: reading all of it would cost more than a call may (E86). */
        private static final int SAMPLE_BYTES = 8 * 1024;

        /** Adds a message that was written a moment ago and is still in the processor's cache. */
        private static final int SENT_SAMPLE_BYTES = 64 * 1024;

        /** Makes no print: for walks that only count. */
        public static final Making NONE = new Making(false);

        private final boolean reads;
        private final CRC32C sum = new CRC32C();
        /** The hashes of short strings since the last end: a checksum of each would cost more. */
        private int words;

        private int[] sums = new int[16];
        private int[] lengths = new int[16];
        private int parts;
        private long ended;
        private long mediaBytes;

        public Making() {
            this(true);
        }

        private Making(boolean reads) {
            this.reads = reads;
        }

        public void add(JsonText text) {
            if (reads) {
                text.update(sum, SAMPLE_BYTES);
            }
        }

        /** Adds bytes of a body that is sent. */
        public void add(byte[] bytes, int from, int to) {
            int half = Math.min(SENT_SAMPLE_BYTES, (to - from + 1) / 2);
            sum.update(bytes, from, half);
            sum.update(bytes, Math.max(from + half, to - half), to - Math.max(from + half, to - half));
        }

        public void add(String text) {
            if (reads) {
                words = 31 * words + text.hashCode();
            }
        }

        /** Adds a string of a tree. */
        public void add(JsonNode string) {
            JsonText text = reads ? JsonText.inBody(string) : null;
            if (text != null) {
                add(text);
            } else if (reads) {
                add(string.stringValue());
            }
        }

        public void add(ContentPart.Media medium) {
            if (reads) {
                add(
                        switch (medium.source()) {
                            case ContentPart.Source.Inline inline -> inline.base64();
                            case ContentPart.Source.Remote remote -> remote.url();
                        });
                mediaBytes += MEDIUM_BYTES;
            }
        }

        /** Ends a part. @param textBytes the text of the prompt so far */
        public void end(long textBytes) {
            if (parts < PARTS_MAX) {
                put(textBytes);
            }
        }

        private void put(long textBytes) {
            if (parts == sums.length) {
                sums = Arrays.copyOf(sums, 2 * parts);
                lengths = Arrays.copyOf(lengths, 2 * parts);
            }
            long now = textBytes + mediaBytes;
            sums[parts] = (int) sum.getValue() ^ words;
            lengths[parts] = (int) Math.min(Integer.MAX_VALUE, now - ended);
            sum.reset();
            words = 0;
            ended = now;
            parts++;
        }

        /** Returns the print of all parts. @param textBytes the text of the whole prompt */
        public PromptPrint print(long textBytes) {
            if (textBytes + mediaBytes > ended) {
                put(textBytes);
            }
            return new PromptPrint(Arrays.copyOf(sums, parts), Arrays.copyOf(lengths, parts));
        }
    }
}
