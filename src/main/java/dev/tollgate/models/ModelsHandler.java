package dev.tollgate.models;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.time.InstantSource;
import tools.jackson.core.JsonGenerator;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}} in OpenAI's shape, with aliases and prices. */
public final class ModelsHandler {

    private final Catalogue catalogue;
    private final ModelLife life;
    private final InstantSource clock;

    /** @param clock the time by which prices come into force */
    public ModelsHandler(Catalogue catalogue, ModelLife life, InstantSource clock) {
        this.catalogue = catalogue;
        this.life = life;
        this.clock = clock;
    }

    public Handler<Caller> list() {
        return (exchange, caller) -> exchange.json(200, renderList(caller));
    }

    public Handler<Caller> one() {
        return this::one;
    }

    private void one(Exchange exchange, Caller caller) {
        String id = exchange.pathParam("id");
        Model model = catalogue.find(id);
        if (model == null || !caller.mayUse(model.id())) {
            exchange.fail(notFound(id));
        } else {
            exchange.json(200, ApiJson.written(1_024, json -> write(json, model)));
        }
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

    private byte[] renderList(Caller caller) {
        return ApiJson.object(8_192, json -> {
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            catalogue.all().stream().filter(model -> caller.mayUse(model.id())).forEach(model -> write(json, model));
            json.writeEndArray();
        });
    }

    private void write(JsonGenerator json, Model model) {
        json.writeStartObject();
        json.writeStringProperty("id", model.id());
        json.writeStringProperty("object", "model");
        ApiJson.time(json, "created", catalogue.created());
        json.writeStringProperty("owned_by", "google");
        json.writeArrayPropertyStart("aliases");
        model.aliases().forEach(json::writeString);
        json.writeEndArray();
        UpstreamModel upstream = life.current(model).upstream();
        json.writeNumberProperty("context_length", upstream.inputTokensMax());
        json.writeNumberProperty("max_output_tokens", upstream.outputTokensMax());
        json.writeName("pricing");
        json.writeRawValue(PriceJson.of(model, clock.instant()).toString());
        ModelLife.Retirement end = life.retirement(model);
        if (end != null) {
            json.writeObjectPropertyStart("retirement");
            json.writeStringProperty("at", end.at().toString());
            json.writeStringProperty("successor", end.successor());
            json.writeBooleanProperty("in_effect", end.isInEffect());
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
