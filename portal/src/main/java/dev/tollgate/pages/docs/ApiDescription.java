package dev.tollgate.pages.docs;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import java.io.InputStream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;

/**
 * {@code GET /openapi.json}: the API for programs that read such descriptions, in YAML. A test writes the bodies below {@code /admin} into it, the
 * rest is written by hand and held to the routes table.
 */
public final class ApiDescription implements Handler<Object> {

    private static final int ALIASES_MAX = 1_000;

    /** Returns the description as a tree. */
    static JsonNode tree() {
        InputStream yaml = ApiDescription.class.getResourceAsStream("/openapi.yaml");
        if (yaml == null) {
            throw new IllegalStateException("missing in the program: openapi.yaml");
        }
        // An alias stands for what it names: Jackson's own reader would make it a word.
        LoadSettings loading =
                LoadSettings.builder().setMaxAliasesForCollections(ALIASES_MAX).build();
        return ApiJson.MAPPER.valueToTree(new Load(loading).loadFromInputStream(yaml));
    }

    @Override
    public void handle(Exchange exchange, Object anyone) {
        Manual made = Manual.ifMade();
        if (made != null) {
            send(exchange, made);
        } else {
            exchange.compute(Manual::ofThisProgram, manual -> send(exchange, manual));
        }
    }

    private static void send(Exchange exchange, Manual manual) {
        exchange.send(200, "application/json", manual.description());
    }
}
