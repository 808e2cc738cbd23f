package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.conversation.ServiceTier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Google's words for the service tier that it has served: the Gemini API's, in the header {@code x-gemini-service-tier} and in
 * {@code usageMetadata.serviceTier}, and Vertex AI's, in {@code usageMetadata.trafficType}.
 */
final class GrantedTier {

    private static final List<ServiceTier> TIERS = List.of(ServiceTier.values());

    private GrantedTier() {}

    /**
     * Returns the tier that a word names, in whatever case: Google writes both. Null for no word and for any other, such as
     * {@code PROVISIONED_THROUGHPUT}, which has no price by tokens.
     */
    static @Nullable ServiceTier of(@Nullable String word) {
        if (word == null) {
            return null;
        }
        for (ServiceTier tier : TIERS) {
            if (tier.word().equalsIgnoreCase(word) || traffic(tier).equalsIgnoreCase(word)) {
                return tier;
            }
        }
        return null;
    }

    private static String traffic(ServiceTier tier) {
        return switch (tier) {
            case STANDARD -> "ON_DEMAND";
            case FLEX -> "ON_DEMAND_FLEX";
            case PRIORITY -> "ON_DEMAND_PRIORITY";
        };
    }
}
