package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.json.Json;
import dev.tollgate.upstreams.embeddings.VectorPlaces;
import dev.tollgate.upstreams.pool.EmbedAsk;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A method that makes embeddings, with the form of its requests and answers (E68). */
enum EmbedMethod {
    /** The Gemini API's, for up to 100 inputs. */
    BATCH("batchEmbedContents", 100, VectorPlaces.GEMINI) {
        @Override
        void write(JsonGenerator json, String model, List<EmbedAsk.Input> inputs, EmbedAsk ask) {
            json.writeStartObject();
            json.writeArrayPropertyStart("requests");
            for (EmbedAsk.Input input : inputs) {
                json.writeStartObject();
                json.writeStringProperty("model", "models/" + model);
                content(json, input);
                settings(json, input, "taskType", ask);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    },
    /** Vertex AI's, for one input. Without {@code autoTruncate} it would cut long inputs silently. */
    CONTENT("embedContent", 1, VectorPlaces.GEMINI) {
        @Override
        void write(JsonGenerator json, String model, List<EmbedAsk.Input> inputs, EmbedAsk ask) {
            json.writeStartObject();
            content(json, inputs.getFirst());
            settings(json, inputs.getFirst(), "taskType", ask);
            json.writeBooleanProperty("autoTruncate", false);
            json.writeEndObject();
        }
    },
    /** Vertex AI's older one, which takes one input of a Gemini model, too. */
    PREDICT("predict", 1, VectorPlaces.PREDICTIONS) {
        @Override
        void write(JsonGenerator json, String model, List<EmbedAsk.Input> inputs, EmbedAsk ask) {
            EmbedAsk.Input input = inputs.getFirst();
            json.writeStartObject();
            json.writeArrayPropertyStart("instances");
            json.writeStartObject();
            json.writeName("content");
            input.text().write(json);
            words(json, input, "task_type");
            json.writeEndObject();
            json.writeEndArray();
            json.writeObjectPropertyStart("parameters");
            json.writeBooleanProperty("autoTruncate", false);
            dimensions(json, input, ask);
            json.writeEndObject();
            json.writeEndObject();
        }
    };

    private final String method;
    private final int inputsMax;
    private final VectorPlaces places;

    EmbedMethod(String method, int inputsMax, VectorPlaces places) {
        this.method = method;
        this.inputsMax = inputsMax;
        this.places = places;
    }

    /** Returns its name in a path. */
    String method() {
        return method;
    }

    VectorPlaces places() {
        return places;
    }

    /** Returns the inputs of each request. */
    List<List<EmbedAsk.Input>> parts(List<EmbedAsk.Input> inputs) {
        List<List<EmbedAsk.Input>> parts = new ArrayList<>();
        for (int from = 0; from < inputs.size(); from += inputsMax) {
            parts.add(inputs.subList(from, Math.min(inputs.size(), from + inputsMax)));
        }
        return parts;
    }

    abstract void write(JsonGenerator json, String model, List<EmbedAsk.Input> inputs, EmbedAsk ask);

    /** Writes the body of a request. */
    void write(OutputStream out, String model, List<EmbedAsk.Input> inputs, EmbedAsk ask) {
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            write(json, model, inputs, ask);
        }
    }

    /** Writes the body of {@code countTokens} for some inputs, with their titles, which are a part of the prompt. */
    static void writeCount(OutputStream out, List<EmbedAsk.Input> inputs) {
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("contents");
            for (EmbedAsk.Input input : inputs) {
                json.writeStartObject();
                json.writeStringProperty("role", "user");
                parts(json, input, true);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void content(JsonGenerator json, EmbedAsk.Input input) {
        json.writeObjectPropertyStart("content");
        parts(json, input, false);
        json.writeEndObject();
    }

    private static void parts(JsonGenerator json, EmbedAsk.Input input, boolean withTitle) {
        json.writeArrayPropertyStart("parts");
        if (withTitle) {
            text(json, input.title());
        }
        input.parts().forEach(part -> text(json, part));
        json.writeEndArray();
    }

    private static void text(JsonGenerator json, dev.tollgate.base.json.@Nullable JsonText text) {
        if (text != null) {
            json.writeStartObject();
            json.writeName("text");
            text.write(json);
            json.writeEndObject();
        }
    }

    private static void settings(JsonGenerator json, EmbedAsk.Input input, String taskType, EmbedAsk ask) {
        words(json, input, taskType);
        dimensions(json, input, ask);
    }

    private static void words(JsonGenerator json, EmbedAsk.Input input, String taskType) {
        if (input.taskType() != null) {
            json.writeStringProperty(taskType, input.taskType());
        }
        if (input.title() != null) {
            json.writeName("title");
            input.title().write(json);
        }
    }

    /** The default need not be said. */
    private static void dimensions(JsonGenerator json, EmbedAsk.Input input, EmbedAsk ask) {
        if (ask.dimensions(input) < ask.limits().dimensionsMax()) {
            json.writeNumberProperty("outputDimensionality", ask.dimensions(input));
        }
    }
}
