package dev.tollgate.base.money;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * JSON of this server's own answers and records: amounts are exact decimal numbers of credits, times are whole seconds since 1970, and a missing
 * value is null. Thread-safe.
 */
public final class ApiJson {

    /** The mapper with Jackson's own settings. */
    public static final JsonMapper MAPPER = new JsonMapper();

    private static final JsonFactory FACTORY = new JsonFactory();

    private ApiJson() {}

    /**
     * Writes one value.
     *
     * @param bytesExpected the first size of the buffer
     */
    public static byte[] written(int bytesExpected, Consumer<JsonGenerator> value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(bytesExpected);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            value.accept(json);
        }
        return bytes.toByteArray();
    }

    /**
     * Writes one object.
     *
     * @param members writes its members
     */
    public static byte[] object(int bytesExpected, Consumer<JsonGenerator> members) {
        return written(bytesExpected, json -> {
            json.writeStartObject();
            members.accept(json);
            json.writeEndObject();
        });
    }

    /** Writes the members of a list. @param members writes the members of an entry @param next null on the last page */
    public static <T> void list(
            JsonGenerator json, List<T> entries, BiConsumer<JsonGenerator, T> members, @Nullable String next) {
        json.writeArrayPropertyStart("data");
        entries.forEach(entry -> {
            json.writeStartObject();
            members.accept(json, entry);
            json.writeEndObject();
        });
        json.writeEndArray();
        json.writeStringProperty("next", next);
    }

    public static void credits(JsonGenerator json, String name, @Nullable Long micros) {
        json.writeName(name);
        if (micros == null) {
            json.writeNull();
        } else {
            json.writeNumber(Credits.text(micros));
        }
    }

    public static void credits(ObjectNode json, String name, @Nullable Long micros) {
        if (micros == null) {
            json.putNull(name);
        } else {
            json.putRawValue(name, new RawValue(Credits.text(micros)));
        }
    }

    /** Writes the exact worth of credits in US dollars. */
    public static void dollars(JsonGenerator json, String name, long micros) {
        json.writeName(name);
        json.writeNumber(Credits.dollars(micros));
    }

    public static void number(JsonGenerator json, String name, @Nullable Long number) {
        json.writeName(name);
        if (number == null) {
            json.writeNull();
        } else {
            json.writeNumber(number);
        }
    }

    public static void time(JsonGenerator json, String name, @Nullable Instant time) {
        number(json, name, seconds(time));
    }

    /** Returns whole seconds since 1970, or null. */
    public static @Nullable Long seconds(@Nullable Instant time) {
        return time == null ? null : Long.valueOf(time.getEpochSecond());
    }
}
