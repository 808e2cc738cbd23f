package dev.tollgate.protocols.images;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.door.FittedImages;
import dev.tollgate.protocols.openai.ChatPlaces;
import dev.tollgate.protocols.openai.FieldsWithoutEffect;
import dev.tollgate.protocols.openai.FormBody;
import dev.tollgate.protocols.openai.ImageReader;
import dev.tollgate.protocols.openai.MediaReader;
import dev.tollgate.protocols.openai.SamplingReader;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.kinds.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the body of a request for images. A reader serves one body, on one thread. */
final class ImagesReader {

    private static final String PROMPT = "prompt";
    private static final String IMAGE = "image";

    private static final ApiError NO_MASK = ApiError.invalid(
            "mask", "Gemini takes no mask: describe the area in the prompt, or mark it in a copy of the image.");

    /** The first characters of an image in base64, which show what it is. */
    private static final int HEAD_CHARS = 400;

    private static final int PROMPT_CHARS_MAX = 32_000;
    private static final int WORD_CHARS_MAX = 64;
    private static final int IMAGES_MAX = 4;

    private final JsonBody json;
    private final SamplingReader sampling;
    private final FieldsWithoutEffect withoutEffect;
    private final ImageReader images;
    private final ImagesPath path;
    private final List<ContentPart> inputs = new ArrayList<>();

    private @Nullable String model;
    private @Nullable JsonText prompt;
    private boolean stream;
    private int n = 1;
    private FittedImages.@Nullable Size size;
    private @Nullable String outputFormat;

    private ImagesReader(JsonBody json, ImagesPath path) {
        this.json = json;
        this.path = path;
        this.sampling = new SamplingReader(json);
        this.withoutEffect = new FieldsWithoutEffect(json);
        this.images = new ImageReader(json, List.of("inline", "url"));
    }

    /**
     * @param body JSON in UTF-8, with a size limit set by the caller
     * @param files the files of the same form
     * @param memory charged with the memory of the result
     * @throws dev.tollgate.base.error.ApiException 400 {@code invalid_request} that names the field, for every fault
     */
    static ImagesRequest read(
            byte[] body, List<FormBody.File> files, ImagesPath path, ReadLimits limits, Lease memory) {
        JsonBody json = new JsonBody(body, limits, memory);
        ImagesReader reader = new ImagesReader(json, path);
        reader.files(files, memory);
        json.wholeObject(it -> it.object(reader::member));
        return reader.built();
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case PROMPT -> prompt = prompt();
            case "n" -> n = json.integer(1, IMAGES_MAX);
            case "size" -> size = FittedImages.Size.read(json);
            case "stream" -> stream = json.bool();
            case "output_format" -> outputFormat = json.oneOf(List.of("png", "jpeg", "webp"));
            case "background" -> background();
            case "response_format" -> images.delivery(List.of("b64_json", "url"));
            case "quality", "style", "moderation", "input_fidelity" -> word();
            case "output_compression", "partial_images" -> number();
            case "image_config", "imageConfig" -> images.config();
            case "aspect_ratio", "image_size" -> images.take(name);
            case "temperature", "seed" -> sampling.take(name);
            case "user", "metadata", "service_tier" -> withoutEffect.take(name);
            case "extra_body" -> json.object(this::extra);
            case "mask" -> mask();
            case IMAGE, "image[]", "images" -> images(ImagesPath.EDITS);
            case "input_references" -> images(ImagesPath.OPENROUTER);
            case "resolution" -> resolution();
            default -> json.ignore();
        }
    }

    /** Refuses a mask where it would have an effect at OpenAI: sent as one more image, it would change other places (Y19). */
    private void mask() {
        if (edits()) {
            throw NO_MASK.asException();
        }
        json.ignore();
    }

    private void resolution() {
        if (path == ImagesPath.OPENROUTER) {
            images.take("image_size");
        } else {
            json.ignore();
        }
    }

    /** @param taking the path that takes images by this name */
    private void images(ImagesPath taking) {
        if (path != taking) {
            json.ignore();
        } else if (json.isArray()) {
            json.array(json.limits().mediaMax(), this::image);
        } else {
            image();
        }
    }

    /** Reads an address, or an object with one. */
    private void image() {
        if (!json.isObject()) {
            add(new MediaReader(json).url(ContentPart.Named.PICTURE));
            return;
        }
        int before = inputs.size();
        json.object(member -> {
            switch (member) {
                case "type" -> json.skip();
                case "image_url" -> add(new MediaReader(json).url(ContentPart.Named.PICTURE));
                case "file_id" -> throw json.invalid("is not supported, send the image itself as 'image_url'.");
                default -> json.ignore();
            }
        });
        if (inputs.size() == before) {
            throw json.required("image_url");
        }
    }

    private void files(List<FormBody.File> files, Lease memory) {
        long images = files.stream().filter(file -> isImage(file.field())).count();
        for (FormBody.File file : files) {
            if (edits() && file.field().equals("mask")) {
                throw NO_MASK.asException();
            } else if (edits() && isImage(file.field())) {
                String place = images == 1 ? file.field() : file.field() + "." + inputs.size();
                memory.take(OutgoingBody.base64Length(file.length()));
                add(new ContentPart.Media(
                        Place.at(place),
                        ContentPart.Named.PICTURE,
                        new ContentPart.Source.Inline(file.base64()),
                        null,
                        null,
                        null));
            } else {
                json.ignored(file.field());
            }
        }
    }

    private boolean edits() {
        return path == ImagesPath.EDITS;
    }

    private static boolean isImage(String field) {
        return field.equals(IMAGE) || field.equals("images");
    }

    /** Adds an image, whose bytes alone say what it is (Y23). */
    private void add(ContentPart.Media medium) {
        if (medium.source() instanceof ContentPart.Source.Inline inline) {
            String head = inline.base64().substring(0, Math.min(inline.base64().length(), HEAD_CHARS));
            byte[] bytes = Base64.getDecoder().decode(head);
            MediaType found = MediaType.sniff(bytes);
            if (found == null || found.kind() != MediaType.Kind.IMAGE) {
                throw JsonBody.invalid(
                        medium.place().path(),
                        "must be a PNG, JPEG, WebP, HEIC, HEIF or GIF image, its bytes are " + named(found, bytes)
                                + ".");
            }
        }
        inputs.add(new ContentPart.Media(medium.place(), medium.named(), medium.source(), null, medium.detail(), null));
    }

    /** Returns what bytes are that are no image. @param found null for a type that is not known */
    private static String named(@Nullable MediaType found, byte[] bytes) {
        if (found != null) {
            return found.mimeType();
        }
        if (bytes.length == 0) {
            return "none";
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        if (text.contains("<svg")) {
            return "SVG";
        }
        boolean isHtml = text.contains("<!doctype html") || text.contains("<html");
        return isHtml ? "HTML" : "of an unknown type";
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
        if (edits() && inputs.isEmpty()) {
            throw JsonBody.invalid(IMAGE, "is required.");
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
        List<ContentPart> parts = new ArrayList<>(inputs);
        parts.add(new ContentPart.Text(text));
        return Conversation.ofTurn(
                ChatPlaces.NAMES.at(""),
                Place.at(PROMPT),
                parts,
                sampling.built(null),
                null,
                images.wish().of(List.of("image"), List.of("model")));
    }
}
