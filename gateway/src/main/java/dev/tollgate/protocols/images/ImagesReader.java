package dev.tollgate.protocols.images;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.openai.ChatPlaces;
import dev.tollgate.protocols.openai.FieldsWithoutEffect;
import dev.tollgate.protocols.openai.ImageReader;
import dev.tollgate.protocols.openai.SamplingReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the body of a request for images. A reader serves one body, on one thread. */
final class ImagesReader {

    private static final String PROMPT = "prompt";
    private static final int PROMPT_CHARS_MAX = 32_000;
    private static final int WORD_CHARS_MAX = 64;
    private static final int IMAGES_MAX = 4;

    private final JsonBody json;
    private final SamplingReader sampling;
    private final FieldsWithoutEffect withoutEffect;
    private final ImageReader images;

    private @Nullable String model;
    private @Nullable JsonText prompt;
    private boolean stream;
    private int n = 1;
    private @Nullable AskedSize size;
    private @Nullable String outputFormat;

    private ImagesReader(JsonBody json) {
        this.json = json;
        this.sampling = new SamplingReader(json);
        this.withoutEffect = new FieldsWithoutEffect(json);
        this.images = new ImageReader(json);
    }

    /**
     * @param body JSON in UTF-8, with a size limit set by the caller
     * @param memory charged with the memory of the result
     * @throws dev.tollgate.base.error.ApiException 400 {@code invalid_request} that names the field, for every fault
     */
    static ImagesRequest read(byte[] body, ReadLimits limits, Lease memory) {
        JsonBody json = new JsonBody(body, limits, memory);
        ImagesReader reader = new ImagesReader(json);
        json.wholeObject(it -> it.object(reader::member));
        return reader.built();
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case PROMPT -> prompt = prompt();
            case "n" -> n = json.integer(1, IMAGES_MAX);
            case "size" -> size = AskedSize.read(json);
            case "stream" -> stream = json.bool();
            case "output_format" -> outputFormat = json.oneOf(List.of("png", "jpeg", "webp"));
            case "background" -> background();
            case "response_format" -> json.oneOf(List.of("b64_json"));
            case "quality", "style", "moderation", "input_fidelity" -> word();
            case "output_compression", "partial_images" -> number();
            case "image_config", "imageConfig" -> images.config();
            case "aspect_ratio", "image_size" -> images.take(name);
            case "temperature", "seed" -> sampling.take(name);
            case "user", "metadata", "service_tier" -> withoutEffect.take(name);
            case "extra_body" -> json.object(this::extra);
            default -> json.ignore();
        }
    }

    /** Reads what callers add to OpenAI's fields. */
    private void extra(String name) {
        switch (name) {
            case "image_config", "imageConfig" -> images.config();
            case "aspect_ratio", "image_size" -> images.take(name);
            default -> json.ignore();
        }
    }

    private JsonText prompt() {
        JsonText text = json.text();
        if (text.isEmpty()) {
            throw json.refuse("a string that is not empty");
        }
        if (text.utf8Bytes() > PROMPT_CHARS_MAX) {
            String decoded = json.string();
            if (decoded.codePointCount(0, decoded.length()) > PROMPT_CHARS_MAX) {
                throw json.invalid("must have at most " + PROMPT_CHARS_MAX + " characters.");
            }
        }
        return text;
    }

    private void background() {
        if (json.oneOf(List.of("auto", "opaque", "transparent")).equals("transparent")) {
            throw json.invalid("must be auto or opaque: the models make no transparent images.");
        }
    }

    private void word() {
        if (!json.string(WORD_CHARS_MAX).equals("auto")) {
            json.ignored(json.path());
        }
    }

    private void number() {
        if (json.integer(0, Integer.MAX_VALUE) > 0) {
            json.ignored(json.path());
        }
    }

    private ImagesRequest built() {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        if (prompt == null) {
            throw JsonBody.invalid(PROMPT, "is required.");
        }
        return new ImagesRequest(
                model,
                stream,
                n,
                size,
                outputFormat,
                withoutEffect.tier(),
                withoutEffect.callerNames(),
                json.ignored(),
                conversation(prompt));
    }

    private Conversation conversation(JsonText text) {
        List<ContentPart> parts = new ArrayList<>();
        parts.add(new ContentPart.Text(text));
        return new Conversation(
                ChatPlaces.NAMES.at(""),
                List.of(new Message.User(Place.at(PROMPT), parts)),
                sampling.built(null),
                List.of(),
                new ToolChoice.Auto(),
                false,
                new ResponseFormat.Text(),
                null,
                null,
                false,
                null,
                images.wish().of(List.of("image"), List.of("model")));
    }
}
