package dev.tollgate.protocols.audio;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.ConversationRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checked request for speech or for a transcript.
 *
 * @param format {@code wav} or {@code pcm} of a speech, {@code json} or {@code text} of a transcript
 * @param events whether the answer leaves as a stream of events
 */
record AudioRequest(String model, String format, boolean events, List<String> ignored, Conversation conversation)
        implements ConversationRequest {

    AudioRequest {
        ignored = List.copyOf(ignored);
    }

    @Override
    public @Nullable ServiceTier tier() {
        return null;
    }

    @Override
    public CallerNames callerNames() {
        return new CallerNames(null, null, null, Map.of(), List.of());
    }
}
