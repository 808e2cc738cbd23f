package dev.tollgate.protocols.images;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.FittedImages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checked request for images.
 *
 * @param n how many images
 * @param size null where the caller left it to the model
 * @param outputFormat that the caller asked for; null for any
 */
record ImagesRequest(
        String model,
        boolean stream,
        int n,
        FittedImages.@Nullable Size size,
        @Nullable String outputFormat,
        @Nullable ServiceTier tier,
        CallerNames callerNames,
        List<String> ignored,
        Conversation conversation)
        implements ConversationRequest {

    ImagesRequest {
        ignored = List.copyOf(ignored);
    }

    /** Returns the images that it brings. */
    List<ContentPart.Media> inputs() {
        return conversation.messages().stream()
                .filter(Message.User.class::isInstance)
                .flatMap(message -> ((Message.User) message).parts().stream())
                .filter(ContentPart.Media.class::isInstance)
                .map(ContentPart.Media.class::cast)
                .toList();
    }
}
