package dev.tollgate.customers.webhooks;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.webhooks.Webhooks.Form;
import java.time.Instant;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

/** The body of a delivery, in each form. */
public final class WebhookBody {

    private WebhookBody() {}

    /**
     * Returns the body of a delivery. OpenAI's clients read the form {@link Form#STANDARD}.
     *
     * @param id of the delivery
     * @param event its name
     * @param data JSON of an object
     */
    public static String of(Form form, String id, String event, Instant at, String data) {
        return form == Form.STANDARD
                ? ApiJson.MAPPER
                        .createObjectNode()
                        .put("id", id)
                        .put("object", "event")
                        .put("created_at", at.getEpochSecond())
                        .put("type", event)
                        .put("timestamp", at.toString())
                        .putRawValue("data", new RawValue(data))
                        .toString()
                : AccountLog.json("text", event + ": " + words(ApiJson.MAPPER.readTree(data)));
    }

    /** Returns JSON as a person reads it, with names escaped for Slack: otherwise a name could be a link, or notify the whole channel. */
    private static String words(JsonNode json) {
        if (json.isObject()) {
            return json.properties().stream()
                    .map(member -> member.getKey() + ": " + words(member.getValue()))
                    .collect(Collectors.joining(", "));
        }
        if (json.isArray()) {
            return json.valueStream().map(WebhookBody::words).collect(Collectors.joining(", "));
        }
        String text = json.isNumber() ? json.decimalValue().toPlainString() : json.asString("null");
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
