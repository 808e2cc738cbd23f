package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.OutputWish.FieldValue;
import dev.tollgate.base.json.JsonBody;
import java.util.ArrayList;
import java.util.List;

/** Reads the fields with which callers ask for images: OpenAI's {@code modalities}, and {@code image_config} as OpenRouter and LiteLLM send it (Y12). */
public final class ImageReader {

    private static final int VALUE_MAX = 32;

    private final JsonBody json;
    private final List<String> deliveries;
    private OutputWish wish = OutputWish.NONE;

    /** @param deliveries the ways in which images may come */
    public ImageReader(JsonBody json, List<String> deliveries) {
        this.json = json;
        this.deliveries = deliveries;
    }

    /** Reads {@code modalities}. */
    void modalities() {
        List<String> words = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        json.array(3, () -> {
            words.add(json.oneOf(List.of("text", "audio", "image")));
            fields.add(json.path());
            if (words.getLast().equals("audio")) {
                throw json.invalid("must be text or image, the models do not answer in audio.");
            }
        });
        wish = wish.of(words, fields);
    }

    /** Reads {@code image_config}, also in Google's spelling. */
    public void config() {
        json.object(member -> {
            if (!take(member)) {
                json.ignore();
            }
        });
    }

    /** Reads a member of {@code image_config}. @return false if it is none; it is unread then */
    public boolean take(String member) {
        switch (member) {
            case "aspect_ratio", "aspectRatio" -> wish = wish.withRatio(said());
            case "image_size", "imageSize" -> wish = wish.withSize(said());
            case "delivery" -> delivery(deliveries);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Reads how images are to come. */
    public void delivery(List<String> allowed) {
        String word = json.oneOf(allowed);
        wish = wish.deliveredBy(new FieldValue(json.path(), word.equals("b64_json") ? "inline" : word));
    }

    private FieldValue said() {
        return new FieldValue(json.path(), json.string(VALUE_MAX));
    }

    public OutputWish wish() {
        return wish;
    }
}
