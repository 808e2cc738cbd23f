package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.node.ObjectNode;

/** The speech of a text: a soft tone whose length follows the text, 25 tokens a second, as PCM of 24 kHz with 16 bits. */
final class Speech {

    /** The tokens of an event: a fifth of a second. */
    static final int TOKENS_EACH = 5;

    private static final int RATE = 24_000;
    private static final int HEADER_BYTES = 44;
    private static final int SAMPLES_A_TOKEN = RATE / 25;
    private static final int PERIOD = 96; // 250 Hz
    private static final double LOUDNESS = 6_000;

    private Speech() {}

    /** Returns the tokens of the speech of a request: 15 characters a second. */
    static int tokens(GoogleRequest ask) {
        return Math.max(1, Math.ceilDiv(ask.lastUserText().length() * 5, 3));
    }

    /** Returns a part of it. @param from a token, and @param to the one behind it @param isFile whether it is a WAV file, and not PCM */
    static ObjectNode part(int from, int to, boolean isFile) {
        int bytes = (to - from) * SAMPLES_A_TOKEN * Short.BYTES;
        ByteBuffer sound =
                ByteBuffer.allocate(isFile ? HEADER_BYTES + bytes : bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (isFile) {
            putHeader(sound, bytes);
        }
        for (int i = from * SAMPLES_A_TOKEN; i < to * SAMPLES_A_TOKEN; i++) {
            sound.putShort((short) (LOUDNESS * Math.sin(2 * Math.PI * (i % PERIOD) / PERIOD)));
        }
        ObjectNode part = JsonTrees.object();
        part.putObject("inlineData")
                .put("mimeType", isFile ? "audio/wav" : "audio/L16;codec=pcm;rate=24000")
                .put("data", Base64.getEncoder().encodeToString(sound.array()));
        return part;
    }

    private static void putHeader(ByteBuffer file, int bytes) {
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(HEADER_BYTES - 8 + bytes);
        file.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        file.putShort((short) 1).putShort((short) 1).putInt(RATE).putInt(RATE * Short.BYTES);
        file.putShort((short) Short.BYTES).putShort((short) Short.SIZE);
        file.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
    }
}
