package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.http.Handler;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/settings}: what holds, where it comes from, and what may be changed of it. */
public final class SettingsHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final OperatorSettings settings;

    public SettingsHandler(OperatorSettings settings) {
        this.settings = settings;
    }

    /** {@code GET /admin/settings}. */
    public Handler<Object> list() {
        return (exchange, caller) -> {
            ObjectNode list = JSON.createObjectNode();
            ArrayNode data = list.putArray("data");
            settings.all().forEach(shown -> data.add(json(shown)));
            exchange.json(200, JSON.writeValueAsBytes(list.putNull("next")));
        };
    }

    /** {@code POST /admin/settings {name, value, reason}}; without a value what is stored is forgotten. */
    public Handler<Object> set() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String name = body.needText("name");
                    String value = body.text("value");
                    return () -> JSON.writeValueAsBytes(json(settings.set(by, name, value)));
                },
                "name",
                "value",
                "reason");
    }

    private static ObjectNode json(OperatorSettings.Shown shown) {
        return JSON.createObjectNode()
                .put("name", shown.setting().name())
                .put("value", shown.value())
                .put("set", shown.isSet())
                .put("source", shown.source().name().toLowerCase(Locale.ROOT))
                .put("stored", shown.stored())
                .put("changeable", shown.setting().changeable())
                .put("secret", shown.setting().secret())
                .put("default", shown.setting().defaultText())
                .put("allowed", shown.setting().allowed());
    }
}
