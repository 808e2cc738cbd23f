package dev.tollgate.gemini;

import dev.tollgate.upstream.UpstreamEvent.Modalities;
import dev.tollgate.upstream.UpstreamEvent.Usage;
import java.math.BigInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/** Reads {@code usageMetadata} as it was reported; what to make of strange numbers is decided elsewhere (D37). */
final class UsageReader {

    private final JsonParser json;
    private long prompt = Usage.ABSENT;
    private long toolUsePrompt = Usage.ABSENT;
    private long candidates = Usage.ABSENT;
    private long thoughts = Usage.ABSENT;
    private long cached = Usage.ABSENT;
    private long total = Usage.ABSENT;
    private Modalities promptDetails = Modalities.NONE;
    private Modalities candidatesDetails = Modalities.NONE;

    UsageReader(JsonParser json) {
        this.json = json;
    }

    /** Null where nothing is counted: Vertex sends such chunks in the middle of a stream. */
    @Nullable
    Usage read() {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            return null;
        }
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            field(name);
            json.skipChildren();
        }
        boolean nothing = LongStream.of(prompt, toolUsePrompt, candidates, thoughts, cached, total)
                .allMatch(count -> count == Usage.ABSENT);
        return nothing
                ? null
                : new Usage(
                        prompt, toolUsePrompt, candidates, thoughts, cached, total, promptDetails, candidatesDetails);
    }

    private void field(String name) {
        switch (name) {
            case "promptTokenCount" -> prompt = count();
            case "toolUsePromptTokenCount" -> toolUsePrompt = count();
            case "candidatesTokenCount" -> candidates = count();
            case "thoughtsTokenCount" -> thoughts = count();
            case "cachedContentTokenCount" -> cached = count();
            case "totalTokenCount" -> total = count();
            case "promptTokensDetails" -> promptDetails = modalities(json.readValueAsTree());
            case "candidatesTokensDetails" -> candidatesDetails = modalities(json.readValueAsTree());
            default -> {}
        }
    }

    /** A fraction is rounded up; beyond 64 bits is the largest number; anything but a number was not reported. */
    private long count() {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
            // By way of double: an exact 1e999999999 would fill the memory.
            return saturated(Math.ceil(json.getDoubleValue()));
        }
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            return Usage.ABSENT;
        }
        BigInteger exact = json.getBigIntegerValue();
        return exact.bitLength() < Long.SIZE ? exact.longValue() : saturated(exact.signum() * Double.MAX_VALUE);
    }

    private static long saturated(double count) {
        return Math.max(-Long.MAX_VALUE, (long) count);
    }

    private static Modalities modalities(JsonNode details) {
        long text = 0;
        long image = 0;
        long audio = 0;
        long video = 0;
        long document = 0;
        for (JsonNode detail : details.values()) {
            long tokens = detail.path("tokenCount").asLong(0);
            switch (detail.path("modality").asString("")) {
                case "TEXT" -> text += tokens;
                case "IMAGE" -> image += tokens;
                case "AUDIO" -> audio += tokens;
                case "VIDEO" -> video += tokens;
                case "DOCUMENT" -> document += tokens;
                default -> {}
            }
        }
        return new Modalities(text, image, audio, video, document);
    }
}
