package dev.tollgate.gemini;

import dev.tollgate.channel.Json;
import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.openai.ContentPart;
import dev.tollgate.upstream.NativeAsk;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * Writes a request in Gemini's own words as it is, {@code generationConfig} last. Only media are looked at: what bytes are is said as for
 * every other door, and of what lies elsewhere a caller may name no more (D49).
 */
final class NativeRequestWriter {

    private static final String CONFIG = "generationConfig";

    private static final int BYTES_FIRST = 1024;

    private final JsonGenerator json;
    private final MediaSlots slots;
    private final Set<String> buckets;

    private NativeRequestWriter(JsonGenerator json, MediaSlots slots, Set<String> buckets) {
        this.json = json;
        this.slots = slots;
        this.buckets = buckets;
    }

    /**
     * @param buckets of Google's storage that callers may name files of
     * @throws ApiException a 400 that names the part
     */
    static GeminiBody write(NativeAsk ask, Set<String> buckets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(BYTES_FIRST);
        MediaSlots slots;
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            slots = new MediaSlots(json, out);
            new NativeRequestWriter(json, slots, buckets).request(ask.body());
        }
        return new GeminiBody(out.toByteArray(), List.of(), slots.all());
    }

    private void request(JsonNode body) {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> member : body.properties()) {
            switch (member.getKey()) {
                case CONFIG -> {}
                case "contents" -> {
                    json.writeName("contents");
                    contents(member.getValue());
                }
                default -> member(member);
            }
        }
        json.writeObjectPropertyStart(CONFIG);
        body.path(CONFIG).properties().forEach(this::member);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void member(Map.Entry<String, JsonNode> member) {
        json.writeName(member.getKey());
        json.writeTree(member.getValue());
    }

    private void contents(JsonNode contents) {
        json.writeStartArray();
        for (int i = 0; i < contents.size(); i++) {
            String path = "contents[" + i + "].parts";
            object(contents.get(i), Map.of("parts", named("parts", parts -> parts(parts, path))));
        }
        json.writeEndArray();
    }

    /** Writes a member, its name included. */
    private interface Value {
        void write(JsonNode value);
    }

    private Value named(String name, Value value) {
        return it -> {
            json.writeName(name);
            value.write(it);
        };
    }

    /** @param special how some of its members are written */
    private void object(JsonNode object, Map<String, Value> special) {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            Value value = special.get(member.getKey());
            if (value == null) {
                member(member);
            } else {
                value.write(member.getValue());
            }
        }
        json.writeEndObject();
    }

    private void parts(JsonNode parts, String path) {
        json.writeStartArray();
        for (int i = 0; i < parts.size(); i++) {
            part(parts.get(i), path + "[" + i + "]");
        }
        json.writeEndArray();
    }

    private void part(JsonNode part, String path) {
        object(
                part,
                Map.of(
                        "inlineData", blob -> blob(blob, path + ".inline_data"),
                        "fileData", named("fileData", file -> file(file, path + ".file_data")),
                        "functionResponse",
                                named(
                                        "functionResponse",
                                        result -> object(
                                                result,
                                                Map.of(
                                                        "parts",
                                                        named(
                                                                "parts",
                                                                inner -> parts(
                                                                        inner, path + ".function_response.parts")))))));
    }

    private void blob(JsonNode blob, String path) {
        String base64 = blob.path("data").asString("");
        InlineMedia medium = InlineMedia.of(media(blob, path, new ContentPart.Source.Inline(base64)), base64);
        if (medium.base64().length() > MediaSlots.COPIED_CHARS_MAX) {
            slots.add(new MediaSlot.Inline(medium));
            return;
        }
        json.writeObjectPropertyStart("inlineData");
        json.writeStringProperty("mimeType", medium.mimeType());
        json.writeStringProperty("data", medium.base64());
        json.writeEndObject();
    }

    private void file(JsonNode file, String path) {
        String uri = file.path("fileUri").asString("");
        if (!RemoteMedia.isYouTube(uri) && !RemoteMedia.isInOpenBucket(uri, buckets)) {
            throw ApiError.invalid(
                            path + ".file_uri",
                            "'" + path
                                    + ".file_uri' may name a public YouTube video; of other media send the bytes as inlineData.")
                    .asException();
        }
        json.writeTree(file);
    }

    private static ContentPart.Media media(JsonNode part, String path, ContentPart.Source source) {
        return new ContentPart.Media(path, source, label(part), null, null);
    }

    private static @Nullable String label(JsonNode part) {
        String said = part.path("mimeType").asString("");
        int params = said.indexOf(';');
        String type = (params < 0 ? said : said.substring(0, params)).strip().toLowerCase(Locale.ROOT);
        return type.isEmpty() ? null : type;
    }
}
