package dev.tollgate.customers.keys;

import dev.tollgate.base.money.Credits;
import dev.tollgate.http.limits.Rates;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Keys as the API shows them: amounts in credits, times in seconds since 1970; null is no limit, or never. */
final class KeyJson {

    private static final JsonFactory JSON = new JsonFactory();

    private KeyJson() {}

    /** @param secret shown this once, or null */
    static byte[] one(Key key, @Nullable String secret) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            write(json, key, secret);
        }
        return bytes.toByteArray();
    }

    /** @param next what asks for the page after this one, or null */
    static byte[] list(List<Key> keys, @Nullable String next) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("data");
            keys.forEach(key -> write(json, key, null));
            json.writeEndArray();
            json.writeStringProperty("next", next);
            json.writeEndObject();
        }
        return bytes.toByteArray();
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
        credits(json, "hour", spend.hourMicros());
        credits(json, "day", spend.dayMicros());
        credits(json, "total", spend.totalMicros());
        json.writeEndObject();
        Rates rates = settings.rates();
        json.writeObjectPropertyStart("rates");
        number(json, "requests", rates.requests());
        number(json, "tokens", rates.tokens());
        number(json, "concurrency", rates.concurrency());
        json.writeEndObject();
        texts(json, "models", settings.models());
        time(json, "expires_at", settings.expiresAt());
        time(json, "last_used_at", key.lastUsedAt());
        time(json, "created_at", key.createdAt());
        json.writeEndObject();
    }

    private static void texts(JsonGenerator json, String name, List<String> texts) {
        json.writeArrayPropertyStart(name);
        texts.forEach(json::writeString);
        json.writeEndArray();
    }

    private static void credits(JsonGenerator json, String name, @Nullable Long micros) {
        json.writeName(name);
        if (micros == null) {
            json.writeNull();
        } else {
            json.writeNumber(Credits.text(micros));
        }
    }

    private static void number(JsonGenerator json, String name, @Nullable Long value) {
        json.writeName(name);
        if (value == null) {
            json.writeNull();
        } else {
            json.writeNumber(value);
        }
    }

    private static void time(JsonGenerator json, String name, @Nullable Instant time) {
        number(json, name, time == null ? null : Long.valueOf(time.getEpochSecond()));
    }
}
