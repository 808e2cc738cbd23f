package dev.tollgate.models.lists;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.EmbeddingRules;
import dev.tollgate.models.MessagesAlias;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.UpstreamModel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /v1/models} and {@code GET /v1/models/{id}} in OpenAI's form, with aliases and prices, or in Anthropic's, with the names for Claude Code (E17).
 *
 * @param sold the models at the caller's prices
 * @param clock the time by which prices come into force
 */
public record ModelsHandler(SoldTo sold, ModelLife life, CodexModels codex, InstantSource clock) {

    private static final List<String> PICTURES = List.of("text", "image");
    private static final List<String> TEXT = List.of("text");
    private static final List<String> AUDIO = List.of("audio");
    private static final List<String> ALL = List.of("text", "image", "audio", "video", "file");

    /** Returns whether a request is of Anthropic's API. */
    private static boolean isOfAnthropicsClient(Exchange exchange) {
        return exchange.header("anthropic-version") != null;
    }

    public Handler<Caller> list() {
        return (exchange, caller) -> exchange.json(200, renderList(exchange, caller));
    }

    public Handler<Caller> one() {
        return this::one;
    }

    private void one(Exchange exchange, Caller caller) {
        String id = exchange.pathParam("id");
        Catalogue catalogue = catalogue(caller);
        boolean isAnthropics = isOfAnthropicsClient(exchange);
        Model model = catalogue.find(isAnthropics ? MessagesAlias.idOf(id, it -> catalogue.find(it) != null) : id);
        if (model == null || !caller.mayUse(model.id())) {
            exchange.fail(notFound(id));
        } else {
            Listed listed = catalogue.find(id) == null ? alias(model) : id(model);
            exchange.json(200, ApiJson.written(1_024, json -> {
                if (isAnthropics) {
                    AnthropicModels.write(json, listed);
                } else {
                    write(json, listed);
                }
            }));
        }
    }

    /** Returns this error with the id of a model that is on sale instead. */
    public static ApiError notFound(String id, String successor) {
        ApiError error = notFound(id);
        return error.about(error.param(), error.message() + " '" + successor + "' is on sale.");
    }

    /** Returns the one error for a model that does not exist, or not for this key (D28). */
    public static ApiError notFound(String id) {
        String shown = id.length() > 80 ? id.substring(0, 80) + "…" : id;
        return new ApiError(
                ErrorCode.MODEL_NOT_FOUND,
                404,
                "The model '" + shown.replaceAll("\\p{Cntrl}", "?") + "' does not exist or is inactive.",
                "model",
                java.util.Map.of(),
                null);
    }

    private Catalogue catalogue(Caller caller) {
        return sold.catalogue(caller.accountId(), clock.instant());
    }

    private byte[] renderList(Exchange exchange, Caller caller) {
        boolean isAnthropics = isOfAnthropicsClient(exchange);
        List<Listed> listed = new ArrayList<>();
        String wanted = exchange.query("output_modalities");
        if (wanted != null && !List.of("text", "image", "audio", "embeddings").contains(wanted)) {
            throw ApiError.invalid("output_modalities", "'output_modalities' must be text, image, audio or embeddings.")
                    .asException();
        }
        for (Model model : catalogue(caller).all()) {
            if (caller.mayUse(model.id()) && (wanted == null || outputs(model).contains(wanted))) {
                listed.add(id(model));
                if (isAnthropics && MessagesAlias.isFor(model)) {
                    listed.add(alias(model));
                }
            }
        }
        if (isAnthropics) {
            return AnthropicModels.page(exchange, listed);
        }
        return ApiJson.object(8_192, json -> {
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            listed.forEach(each -> write(json, each));
            json.writeEndArray();
            json.writeStringProperty("first_id", listed.isEmpty() ? null : listed.getFirst().id);
            json.writeStringProperty("last_id", listed.isEmpty() ? null : listed.getLast().id);
            json.writeBooleanProperty("has_more", false);
            if (CodexModels.isAskedBy(exchange)) {
                writeForCodex(json, listed);
            }
        });
    }

    private void writeForCodex(JsonGenerator json, List<Listed> listed) {
        json.writeArrayPropertyStart("models");
        for (int i = 0; i < listed.size(); i++) {
            codex.write(json, listed.get(i).model, listed.get(i).upstream, i);
        }
        json.writeEndArray();
    }

    /** A model under one of its names. @param end null if it does not retire soon */
    record Listed(
            String id, Model model, UpstreamModel upstream, Instant created, ModelLife.@Nullable Retirement end) {}

    private Listed id(Model model) {
        return listed(model.id(), model);
    }

    private Listed alias(Model model) {
        long window = life.current(model).upstream().inputTokensMax();
        return listed(MessagesAlias.of(model, window), model);
    }

    private Listed listed(String id, Model model) {
        return new Listed(
                id, model, life.current(model).upstream(), sold.standard().created(), life.retirement(model));
    }

    private void write(JsonGenerator json, Listed listed) {
        Model model = listed.model;
        UpstreamModel upstream = listed.upstream;
        json.writeStartObject();
        json.writeStringProperty("id", listed.id);
        json.writeStringProperty("object", "model");
        json.writeStringProperty("type", "model");
        json.writeStringProperty("display_name", model.id());
        ApiJson.time(json, "created", listed.created);
        json.writeStringProperty("created_at", listed.created.toString());
        json.writeStringProperty("owned_by", "google");
        json.writeArrayPropertyStart("aliases");
        model.aliases().forEach(json::writeString);
        json.writeEndArray();
        json.writeNumberProperty("context_length", upstream.inputTokensMax());
        json.writeNumberProperty("max_input_tokens", upstream.inputTokensMax());
        if (upstream.embedding() == null) {
            json.writeNumberProperty("max_output_tokens", upstream.outputTokensMax());
            json.writeNumberProperty("max_tokens", upstream.outputTokensMax());
            long most = model.standingOn(upstream).longTokensMax();
            if (most > 0) {
                json.writeNumberProperty("long_output_tokens", most);
            }
        } else {
            write(json, upstream.embedding());
        }
        writeArchitecture(json, model.at(clock.instant()));
        json.writeName("pricing");
        json.writeRawValue(PriceJson.of(life.offered(model), clock.instant()).toString());
        ModelLife.Retirement end = listed.end;
        if (end != null) {
            json.writeObjectPropertyStart("retirement");
            json.writeStringProperty("at", end.at().toString());
            json.writeStringProperty("successor", end.successor());
            json.writeBooleanProperty("in_effect", end.isInEffect());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** Writes what goes in and comes out in OpenRouter's words, and the images that can be asked for with the credits of one (Y7). */
    private static void writeArchitecture(JsonGenerator json, Model model) {
        UpstreamModel.Images images = model.upstream().images();
        json.writeObjectPropertyStart("architecture");
        strings(json, "input_modalities", inputs(model));
        strings(json, "output_modalities", outputs(model));
        json.writeEndObject();
        if (images == null) {
            return;
        }
        json.writeObjectPropertyStart("images");
        json.writeObjectPropertyStart("sizes");
        images.sizes().keySet().forEach(size -> {
            json.writeName(size);
            json.writeNumber(model.pricing().imageCredits(images.tokens(size)));
        });
        json.writeEndObject();
        json.writeStringProperty("default_size", images.size());
        strings(json, "ratios", images.ratios());
        json.writeNumberProperty("max_input_images", images.inputs());
        json.writeNumberProperty("max_images", model.imagesMax());
        json.writeEndObject();
    }

    private static List<String> inputs(Model model) {
        if (model.isEmbedding()) {
            return TEXT;
        }
        if (model.upstream().images() != null) {
            return PICTURES;
        }
        return model.speaks() ? TEXT : ALL;
    }

    private static List<String> outputs(Model model) {
        if (model.isEmbedding()) {
            return List.of("embeddings");
        }
        if (model.speaks()) {
            return AUDIO;
        }
        return model.makesImages() ? PICTURES : TEXT;
    }

    private static void strings(JsonGenerator json, String name, List<String> values) {
        json.writeArrayPropertyStart(name);
        values.forEach(json::writeString);
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, EmbeddingRules rules) {
        json.writeStringProperty("kind", "embedding");
        json.writeObjectPropertyStart("dimensions");
        json.writeNumberProperty("min", rules.dimensionsMin());
        json.writeNumberProperty("max", rules.dimensionsMax());
        json.writeEndObject();
        json.writeArrayPropertyStart("task_types");
        rules.taskTypes().forEach(json::writeString);
        json.writeEndArray();
    }
}
