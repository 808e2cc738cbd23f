package dev.tollgate.protocols.chat;

import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.LookAhead;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.openai.FormBody;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bodies that an estimate takes besides Chat Completions, recognized by their fields. {@code prompt} asks for an image, or for a text completion if the
 * model makes no images. {@code input} asks for speech or embeddings. A form with {@code file} asks for a transcript, any other form for an edit of images.
 */
public record EstimatedBodies(
        CurrentModels models,
        Protocol images,
        Protocol edits,
        Protocol completions,
        Protocol speech,
        Protocol transcripts,
        Protocol embeddings)
        implements Door.Others {

    private static final String MESSAGES = "messages";
    private static final String PROMPT = "prompt";
    private static final String INPUT = "input";
    private static final Set<String> IMAGES = Set.of("image", "image[]", "images");
    private static final Set<String> KNOWN = Set.of(MESSAGES, PROMPT, INPUT, "image", "image[]", "images");

    @Override
    public @Nullable Protocol of(@Nullable String contentType, byte[] body, Lease memory) {
        if (contentType != null && FormBody.isMeantBy(contentType)) {
            FormBody form = new FormBody(body, contentType, Set.of(), memory);
            return form.files().stream().anyMatch(file -> file.field().equals("file")) ? transcripts : edits;
        }
        Set<String> members = LookAhead.members(body, KNOWN);
        String other = members.contains(PROMPT) ? PROMPT : INPUT;
        if (!members.contains(other)) {
            return null;
        }
        if (members.contains(MESSAGES)) {
            throw JsonBody.invalid(
                    other,
                    "must not come with '" + MESSAGES + "': an estimate is of one request, as its API takes it.");
        }
        String id = LookAhead.string(body, "model");
        Model model = id == null ? null : models.find(id);
        if (other.equals(INPUT)) {
            return model != null && model.isEmbedding() ? embeddings : speech;
        }
        if (members.stream().anyMatch(IMAGES::contains)) {
            return edits;
        }
        return model == null || model.makesImages() ? images : completions;
    }
}
