package dev.tollgate.gemini;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A translated request, all but its maximum. It is kept as bytes that end inside {@code generationConfig}, the last member, so
 * that a maximum can be set after the reservation without translating anew. Immutable.
 */
final class GeminiBody {

    private static final int CLOSING_BRACES = 2;

    private final byte[] whole;
    private final List<String> ignored;

    /** @param whole a JSON object whose last member is the object {@code generationConfig} without {@code maxOutputTokens} */
    GeminiBody(byte[] whole, List<String> ignored) {
        if (whole.length < CLOSING_BRACES || whole[whole.length - 1] != '}' || whole[whole.length - 2] != '}') {
            throw new IllegalArgumentException("generationConfig must come last");
        }
        this.whole = whole;
        this.ignored = List.copyOf(ignored);
    }

    List<String> ignored() {
        return ignored;
    }

    /**
     * The body of {@code countTokens} for the same ask (wire.md 1.10).
     *
     * @param model the upstream's name
     */
    byte[] countBytes(String model) {
        byte[] head = ("{\"generateContentRequest\":{\"model\":\"models/" + model + "\",")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Arrays.copyOf(head, head.length + whole.length);
        System.arraycopy(whole, 1, bytes, head.length, whole.length - 1);
        bytes[bytes.length - 1] = '}';
        return bytes;
    }

    /** @param maxOutputTokens null sends none */
    byte[] bytes(@Nullable Long maxOutputTokens) {
        if (maxOutputTokens == null) {
            return whole.clone();
        }
        int open = whole.length - CLOSING_BRACES;
        String comma = whole[open - 1] == '{' ? "" : ",";
        byte[] end = (comma + "\"maxOutputTokens\":" + maxOutputTokens + "}}").getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Arrays.copyOf(whole, open + end.length);
        System.arraycopy(end, 0, bytes, open, end.length);
        return bytes;
    }
}
