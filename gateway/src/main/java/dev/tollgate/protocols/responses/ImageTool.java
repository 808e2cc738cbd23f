package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.FittedImages;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's tool {@code image_generation}: a model that makes images makes them with it or without it, any other leaves it out (Y16).
 *
 * @param path of the tool
 * @param fields that no model here obeys
 * @param refusal of what would give an image that the caller does not want; null if there is none
 */
record ImageTool(
        String path,
        FittedImages.@Nullable Size size,
        List<String> fields,
        @Nullable ApiException refusal) {

    /** Returns the fields without effect on a model, except the size, which is fitted to it ({@link FittedImages}). */
    List<String> ignored(Model model) {
        return model.makesImages() ? fields : List.of(path);
    }

    /**
     * @param isDemanded whether the caller demands the tool
     * @param others the ids of the models that make images
     * @throws ApiException a 400 that names the field
     */
    void check(Model model, boolean isDemanded, List<String> others) {
        if (model.makesImages()) {
            if (refusal != null) {
                throw refusal;
            }
        } else if (isDemanded) {
            throw JsonBody.invalid(
                    "tool_choice",
                    "demands 'image_generation', and model '" + model.id() + "' makes no images"
                            + (others.isEmpty() ? "." : "; " + String.join(", ", others) + " do."));
        }
    }

    /** Reads one. */
    static final class Reader {

        private final JsonBody json;
        private final List<String> fields = new ArrayList<>();
        private FittedImages.@Nullable Size size;
        private @Nullable ApiException refusal;

        Reader(JsonBody json) {
            this.json = json;
        }

        ImageTool read(String path) {
            int start = json.start();
            json.object(this::member);
            json.leaveOut(start);
            return new ImageTool(path, size, fields, refusal);
        }

        private void member(String member) {
            switch (member) {
                case "type" -> json.skip();
                case "size" -> size();
                case "background" -> {
                    if (json.isString() && json.string().equals("transparent")) {
                        refusal = json.invalid("must be opaque or auto: no model here makes a transparent image.");
                    }
                }
                case "input_image_mask" -> {
                    refusal = json.invalid(
                            "is not possible: describe the area in the prompt, or mark it in a copy of the image.");
                    json.skip();
                }
                default -> other();
            }
        }

        /** A model of text leaves the tool out, whatever it says. */
        private void size() {
            try {
                size = FittedImages.Size.read(json);
            } catch (ApiException wrong) {
                refusal = wrong;
            }
        }

        private void other() {
            String word = json.isString() ? json.string() : null;
            if (word == null) {
                json.skip();
            }
            if (word == null || !word.equals("auto")) {
                fields.add(json.path());
            }
        }
    }
}
