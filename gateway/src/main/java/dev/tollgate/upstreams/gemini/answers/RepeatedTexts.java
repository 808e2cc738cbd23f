package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import org.jspecify.annotations.Nullable;

/**
 * Values that the chunks of one stream repeat: each is kept once. A field is written only if its value changes, because a collector looks at
 * objects that were written. Confined to its stream.
 */
final class RepeatedTexts {

    @Nullable
    String modelVersion;

    @Nullable
    String responseId;

    @Nullable
    String tier;

    Modalities promptDetails = Modalities.NONE;
    Modalities candidatesDetails = Modalities.NONE;

    String modelVersion(String came) {
        if (!came.equals(modelVersion)) {
            modelVersion = came;
        }
        return came;
    }

    String responseId(String came) {
        if (!came.equals(responseId)) {
            responseId = came;
        }
        return came;
    }

    String tier(String came) {
        if (!came.equals(tier)) {
            tier = came;
        }
        return came;
    }

    Modalities promptDetails(Modalities came) {
        if (!came.equals(promptDetails)) {
            promptDetails = came;
        }
        return came;
    }

    Modalities candidatesDetails(Modalities came) {
        if (!came.equals(candidatesDetails)) {
            candidatesDetails = came;
        }
        return came;
    }
}
