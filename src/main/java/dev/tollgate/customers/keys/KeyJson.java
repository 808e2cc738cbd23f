package dev.tollgate.customers.keys;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.limits.Rates;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Keys as the API shows them: amounts in credits, times in seconds since 1970; null is no limit, or never. */
final class KeyJson {

    private KeyJson() {}

    /** @param secret shown this once, or null */
    static byte[] one(Key key, @Nullable String secret) {
        return ApiJson.written(512, json -> write(json, key, secret));
    }

    /** @param next what asks for the page after this one, or null */
    static byte[] list(List<Key> keys, @Nullable String next) {
        return ApiJson.object(4_096, json -> {
            json.writeArrayPropertyStart("data");
            keys.forEach(key -> write(json, key, null));
            json.writeEndArray();
            json.writeStringProperty("next", next);
        });
    }

    private static void write(JsonGenerator json, Key key, @Nullable String secret) {
        KeySettings settings = key.settings();
        json.writeStartObject();
        json.writeStringProperty("id", key.id());
        if (secret != null) {
            json.writeStringProperty("key", secret);
        }
        json.writeStringProperty("prefix", key.prefix());
        json.writeStringProperty("name", settings.name());
        json.writeStringProperty("kind", settings.kind().code());
        json.writeBooleanProperty("disabled", key.disabled());
        texts(json, "allow", settings.allow().texts());
        Spend spend = settings.spend();
        json.writeObjectPropertyStart("spend");
        ApiJson.credits(json, "hour", spend.hourMicros());
        ApiJson.credits(json, "day", spend.dayMicros());
        ApiJson.credits(json, "total", spend.totalMicros());
        json.writeEndObject();
        Rates rates = settings.rates();
        json.writeObjectPropertyStart("rates");
        ApiJson.number(json, "requests", rates.requests());
        ApiJson.number(json, "tokens", rates.tokens());
        ApiJson.number(json, "concurrency", rates.concurrency());
        json.writeEndObject();
        texts(json, "models", settings.models());
        ApiJson.time(json, "expires_at", settings.expiresAt());
        ApiJson.time(json, "last_used_at", key.lastUsedAt());
        ApiJson.time(json, "created_at", key.createdAt());
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String name, List<String> texts) {
        json.writeArrayPropertyStart(name);
        texts.forEach(json::writeString);
        json.writeEndArray();
    }
}
