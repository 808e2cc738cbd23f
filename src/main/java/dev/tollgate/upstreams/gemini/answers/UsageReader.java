package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code usageMetadata} as it was reported; what to make of strange numbers is decided elsewhere (D37). */
final class UsageReader {

    private final JsonParser json;
    private final Totals totals = new Totals();
    private Modalities promptDetails = Modalities.NONE;
    private Modalities candidatesDetails = Modalities.NONE;
    private long cachedAudio = Usage.ABSENT;
    private @Nullable ServiceTier tier;

    UsageReader(JsonParser json) {
        this.json = json;
    }

    private static final class Totals {
        private long prompt = Usage.ABSENT;
        private long toolUsePrompt = Usage.ABSENT;
        private long candidates = Usage.ABSENT;
        private long thoughts = Usage.ABSENT;
        private long cached = Usage.ABSENT;
        private long all = Usage.ABSENT;

        private boolean areAbsent() {
            return prompt == Usage.ABSENT
                    && toolUsePrompt == Usage.ABSENT
                    && candidates == Usage.ABSENT
                    && thoughts == Usage.ABSENT
                    && cached == Usage.ABSENT
                    && all == Usage.ABSENT;
        }
    }

    /** Null if nothing is counted: Vertex sends such chunks in the middle of a stream. */
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
        return totals.areAbsent()
                ? null
                : new Usage(
                        totals.prompt,
                        totals.toolUsePrompt,
                        totals.candidates,
                        totals.thoughts,
                        totals.cached,
                        cachedAudio,
                        totals.all,
                        promptDetails,
                        candidatesDetails);
    }

    /** Returns the service tier that was named; null if none was. */
    @Nullable
    ServiceTier tier() {
        return tier;
    }

    private void field(String name) {
        switch (name) {
            case "promptTokenCount" -> totals.prompt = count();
            case "toolUsePromptTokenCount" -> totals.toolUsePrompt = count();
            case "candidatesTokenCount" -> totals.candidates = count();
            case "thoughtsTokenCount" -> totals.thoughts = count();
            case "cachedContentTokenCount" -> totals.cached = count();
            case "totalTokenCount" -> totals.all = count();
            case "cacheTokensDetails" ->
                cachedAudio = json.currentToken() == JsonToken.START_ARRAY
                        ? modalities().audioTokens()
                        : Usage.ABSENT;
            case "serviceTier", "trafficType" -> {
                ServiceTier named =
                        json.currentToken() == JsonToken.VALUE_STRING ? GrantedTier.of(json.getString()) : null;
                tier = named == null ? tier : named;
            }
            case "promptTokensDetails" -> promptDetails = modalities();
            case "candidatesTokensDetails" -> candidatesDetails = modalities();
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
        if (json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return json.getLongValue();
        }
        BigInteger exact = json.getBigIntegerValue();
        return exact.bitLength() < Long.SIZE ? exact.longValue() : saturated(exact.signum() * Double.MAX_VALUE);
    }

    private static long saturated(double count) {
        return Math.max(-Long.MAX_VALUE, (long) count);
    }

    /** A list of {@code {modality, tokenCount}}; what is not of that form is passed over. */
    private Modalities modalities() {
        Counts counts = new Counts();
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                detail(counts);
            }
        }
        return new Modalities(counts.text, counts.image, counts.audio, counts.video, counts.document);
    }

    private void detail(Counts counts) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        String modality = "";
        long tokens = 0;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals("modality") && value == JsonToken.VALUE_STRING) {
                modality = json.getString();
            } else if (name.equals("tokenCount")) {
                tokens = Math.max(0, count());
            } else {
                json.skipChildren();
            }
        }
        counts.add(modality, tokens);
    }

    private static final class Counts {
        private long text;
        private long image;
        private long audio;
        private long video;
        private long document;

        private void add(String modality, long tokens) {
            switch (modality) {
                case "TEXT" -> text += tokens;
                case "IMAGE" -> image += tokens;
                case "AUDIO" -> audio += tokens;
                case "VIDEO" -> video += tokens;
                case "DOCUMENT" -> document += tokens;
                default -> {}
            }
        }
    }
}
