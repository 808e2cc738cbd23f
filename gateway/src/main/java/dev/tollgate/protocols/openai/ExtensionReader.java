package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.json.JsonBody;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields that are not OpenAI's. An SDK merges its {@code extra_body} into the body, or a caller writes it out: such fields count in both
 * places, but only once.
 */
final class ExtensionReader {

    private final JsonBody json;
    private final ImageReader images;

    private @Nullable Integer topK;
    private @Nullable Boolean includeThoughts;
    private @Nullable GoogleOptions google;
    private @Nullable Reasoning reasoning;
    private @Nullable Boolean includeReasoning;

    ExtensionReader(JsonBody json) {
        this.json = json;
        this.images = new ImageReader(json, List.of("inline", "url", "markdown"));
    }

    void member(String name) {
        switch (name) {
            case "top_k" -> topK = once(topK, json.integer(1, Integer.MAX_VALUE));
            case "include_thoughts" -> includeThoughts = once(includeThoughts, json.bool());
            case "google" -> google = once(google, new GoogleOptionsReader(json, images).read());
            case Reasoning.FIELD -> reasoning = once(reasoning, new Reasoning.Reader(json).read());
            case Reasoning.INCLUDE -> includeReasoning = once(includeReasoning, json.bool());
            case "modalities" -> images.modalities();
            case "image_config", "imageConfig" -> images.config();
            default -> json.ignore();
        }
    }

    private <T> T once(@Nullable T before, T now) {
        if (before != null) {
            throw json.invalid("is given twice, in 'extra_body' and outside it.");
        }
        return now;
    }

    @Nullable
    Integer topK() {
        return topK;
    }

    @Nullable
    Boolean includeThoughts() {
        return includeThoughts;
    }

    @Nullable
    Reasoning reasoning() {
        return Reasoning.of(reasoning, includeReasoning);
    }

    OutputWish images() {
        return images.wish();
    }

    @Nullable
    GoogleOptions google() {
        return google;
    }
}
