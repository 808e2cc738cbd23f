package dev.tollgate.upstreams.gemini.answers;

import static dev.tollgate.testing.Asserts.assertThat;

/** What the scanner reads, the parser reads as well, and as the same. A target of Jazzer's too. */
public final class ScannerFuzz {

    private ScannerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        RepeatedTexts repeated = new RepeatedTexts();
        check(repeated, input);
        check(repeated, input); // which now remembers what it has read
    }

    private static void check(RepeatedTexts repeated, byte[] input) {
        GeminiChunk scanned = ChunkScanner.ofThread().read(input, 0, input.length, repeated);
        if (scanned != null) {
            assertThat(scanned).isEqualTo(GeminiChunkReader.read(input, 0, input.length));
        }
    }
}
