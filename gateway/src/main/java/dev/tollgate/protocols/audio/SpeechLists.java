package dev.tollgate.protocols.audio;

import dev.tollgate.base.conversation.Voices;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Handler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /v1/audio/models} and {@code /v1/audio/voices}: the models that speak and their voices, in the form in which Open WebUI asks for them,
 * without a key. The price list, too, is public. Pure handlers.
 */
public record SpeechLists(CurrentModels known) {

    public Handler<Gate.Anyone> models() {
        return (exchange, anyone) -> exchange.json(200, list("models", known.speaking()));
    }

    public Handler<Gate.Anyone> voices() {
        return (exchange, anyone) -> exchange.json(200, list("voices", Voices.ALL));
    }

    private static byte[] list(String name, List<String> ids) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode all = json.putArray(name);
        ids.forEach(id -> all.addObject().put("id", id).put("name", id));
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
