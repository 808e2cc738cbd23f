package dev.tollgate.compat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A translated request, all but its maximum, which is known after the reservation. Immutable. */
final class CompatBody {

    private final byte[] whole;
    private final String maxTokensField;
    private final List<String> ignored;

    /** @param whole a JSON object with at least one member */
    CompatBody(byte[] whole, String maxTokensField, List<String> ignored) {
        this.whole = whole;
        this.maxTokensField = maxTokensField;
        this.ignored = List.copyOf(ignored);
    }

    List<String> ignored() {
        return ignored;
    }

    /** @param maxOutputTokens null sends none */
    byte[] bytes(@Nullable Long maxOutputTokens) {
        if (maxOutputTokens == null) {
            return whole.clone();
        }
        byte[] end = (",\"" + maxTokensField + "\":" + maxOutputTokens + "}").getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Arrays.copyOf(whole, whole.length - 1 + end.length);
        System.arraycopy(end, 0, bytes, whole.length - 1, end.length);
        return bytes;
    }
}
