package dev.tollgate.gemini;

import static dev.tollgate.testing.Asserts.assertThat;

/** What the scanner reads, the parser reads as well, and as the same. A target of Jazzer's too. */
public final class ScannerFuzz {

    private ScannerFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ChunkScanner scanner = new ChunkScanner();
        check(scanner, input);
        check(scanner, input); // which now remembers what it has read
    }

    private static void check(ChunkScanner scanner, byte[] input) {
        GeminiChunk scanned = scanner.read(input, 0, input.length);
        if (scanned != null) {
            assertThat(scanned).isEqualTo(GeminiChunkReader.read(input, 0, input.length));
        }
    }
}
