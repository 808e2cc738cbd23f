package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Count;
import dev.tollgate.models.Count.Modality;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code usageMetadata} as it was reported; what to make of strange numbers is decided elsewhere (D37). */
final class UsageReader {

    /** The members that are counts, in the order of {@link Count#REPORTED}. */
    static final List<String> COUNTS = List.of(
            "promptTokenCount",
            "toolUsePromptTokenCount",
            "candidatesTokenCount",
            "thoughtsTokenCount",
            "cachedContentTokenCount");

    static final String TOTAL = "totalTokenCount";

    private final JsonParser json;
    private final long[] counts = new long[Count.REPORTED.size()];
    private long total = Usage.ABSENT;
    private Modalities promptDetails = Modalities.NONE;
    private Modalities candidatesDetails = Modalities.NONE;
    private @Nullable ServiceTier tier;

    UsageReader(JsonParser json) {
        this.json = json;
        Arrays.fill(counts, Usage.ABSENT);
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
        boolean hasCounts = false;
        for (int i = 0; i < COUNTS.size(); i++) {
            hasCounts |= counts[i] != Usage.ABSENT;
        }
        return hasCounts || total != Usage.ABSENT ? new Usage(total, promptDetails, candidatesDetails, counts) : null;
    }

    /** Returns the service tier that was named; null if none was. */
    @Nullable
    ServiceTier tier() {
        return tier;
    }

    private void field(String name) {
        int counted = COUNTS.indexOf(name);
        if (counted >= 0) {
            counts[counted] = count();
            return;
        }
        switch (name) {
            case TOTAL -> total = count();
            case "cacheTokensDetails" ->
                counts[Count.CACHED_AUDIO.ordinal()] = json.currentToken() == JsonToken.START_ARRAY
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
        long[] tokens = new long[Modality.values().length];
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                detail(tokens);
            }
        }
        return Modalities.of(tokens);
    }

    private void detail(long[] sums) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        String word = "";
        long tokens = 0;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals("modality") && value == JsonToken.VALUE_STRING) {
                word = json.getString();
            } else if (name.equals("tokenCount")) {
                tokens = Math.max(0, count());
            } else {
                json.skipChildren();
            }
        }
        for (Modality modality : Modality.values()) {
            sums[modality.ordinal()] += modality.name().equals(word) ? tokens : 0;
        }
    }
}
