package dev.tollgate.protocols.door;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Model;
import dev.tollgate.models.OfferedTier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A body that holds a conversation, read and checked. Immutable. */
public interface ConversationRequest {

    /** Returns the model as the caller wrote it. */
    String model();

    /** Returns the caller's maximum of output tokens, at least 1; null without one. */
    default @Nullable Long maxTokens() {
        return null;
    }

    /** Returns the field that the maximum came from; null without one. */
    default @Nullable String maxTokensField() {
        return null;
    }

    /** Returns the service tier that was asked for, also listed in {@link #ignored}; null without one and for an unknown word. */
    @Nullable
    ServiceTier tier();

    /** Returns the user, the session and the tags that it names. */
    CallerNames callerNames();

    /** Returns the dotted names of fields without effect (D5), in the order of the body. */
    List<String> ignored();

    /** Returns the conversation as the caller wrote it, with nothing decided that depends on the model. */
    Conversation conversation();

    /** Returns the conversation as one model gets it. */
    default Conversation conversation(Model model) {
        return conversation();
    }

    /** Returns the names of fields without effect on one model. */
    default List<String> ignored(Model model) {
        return ignored();
    }

    /** Returns OpenAI's word for the granted tier; null unless the caller asked for a tier that the model's price offers (P4). */
    default @Nullable String tierWord(Model model, ServiceTier granted) {
        if (!OfferedTier.isOffered(model, tier())) {
            return null;
        }
        return granted == ServiceTier.STANDARD ? "default" : granted.word();
    }
}
