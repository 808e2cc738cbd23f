package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.MovedFiles;
import dev.tollgate.base.conversation.PartReferences;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Turns;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.media.GoogleUrl;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the parts of a request in Gemini's own format as they came, except media (D49), signatures (D50) and ids of calls (protocol 1.3).
 * One writer serves one request.
 */
final class NativePartWriter {

    private static final String SIGNATURE = NativeRequestWriter.SIGNATURE;
    private static final String CALL = NativeRequestWriter.CALL;
    private static final String RESULT = NativeRequestWriter.RESULT;

    private final JsonGenerator json;
    private final MediaSlots slots;
    private final SignatureOrigins origins;
    private final String channel;
    private final UpstreamModel model;
    private final Set<String> buckets;
    private final Set<String> ignored;

    /** A file of the model's that the user's next turn gets. @param path its place in the caller's request */
    private record Moved(JsonNode part, String path) {}

    private final MovedFiles<Moved> moved = new MovedFiles<>();

    // The state of the current turn; parts are compared by identity.
    private boolean isModels;
    private boolean sendsIds;
    private Map<JsonNode, JsonNode> results = Map.of();
    private @Nullable JsonNode demanding;

    /** @param ignored takes the names of fields without effect */
    NativePartWriter(
            JsonGenerator json,
            MediaSlots slots,
            SignatureOrigins origins,
            String channel,
            UpstreamModel model,
            Set<String> buckets,
            Set<String> ignored) {
        this.json = json;
        this.slots = slots;
        this.origins = origins;
        this.channel = channel;
        this.model = model;
        this.buckets = buckets;
        this.ignored = ignored;
    }

    /** Begins a turn of the model. @param demanding the call that the model refuses without a signature; null if there is none */
    void model(boolean sendsIds, @Nullable JsonNode demanding) {
        isModels = true;
        this.sendsIds = sendsIds;
        this.demanding = demanding;
    }

    /** Starts a turn of the user. @param results the results to write, by the part that each replaces */
    void user(Map<JsonNode, JsonNode> results) {
        isModels = false;
        this.results = results;
    }

    /** Writes a member, its name included. */
    interface Value {
        void write(JsonNode value);
    }

    Value named(String name, Value value) {
        return it -> {
            json.writeName(name);
            value.write(it);
        };
    }

    /** @param special how some of its members are written */
    void object(JsonNode object, Map<String, Value> special) {
        object(object, special, false);
    }

    /** @param unsigned whether a placeholder stands for a signature that is not there */
    private void object(JsonNode object, Map<String, Value> special, boolean unsigned) {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            Value value = special.get(member.getKey());
            if (value == null) {
                json.writeName(member.getKey());
                json.writeTree(member.getValue());
            } else {
                value.write(member.getValue());
            }
        }
        if (unsigned) {
            json.writeStringProperty(SIGNATURE, ContentsWriter.DUMMY_SIGNATURE);
        }
        json.writeEndObject();
    }

    void parts(JsonNode parts, String path) {
        for (int i = 0; i < parts.size(); i++) {
            JsonNode part = parts.get(i);
            String at = path + "[" + i + "]";
            if (moves(part)) {
                moved.take(new Moved(part, at));
                json.writeStartObject();
                json.writeStringProperty("text", "");
                json.writeEndObject();
            } else {
                part(results.getOrDefault(part, part), at, part == demanding);
            }
        }
    }

    /** Returns whether a part is a file of the model's without a signature that is good here. One that came without any stays until it is refused. */
    private boolean moves(JsonNode part) {
        String signature = part.path(SIGNATURE).asString("");
        return isModels
                && model.images() != null
                && (part.has("inlineData") || part.has("fileData"))
                && (signature.isEmpty() ? origins.isRefused() : !origins.isGood(signature, channel, model.name()));
    }

    /** Returns whether the user's least text must follow the model's last turn. */
    boolean needContinuation(int turns) {
        return Turns.needContinuation(model.trailingAssistant(), turns, moved);
    }

    /** Writes the files of the model's turn before, for the beginning of the user's. */
    void moved() {
        moved.give(its -> {
            if (its.part().has(SIGNATURE)) {
                ignored.add(its.path() + "." + SIGNATURE);
            }
            part(((ObjectNode) its.part()).deepCopy().without(List.of(SIGNATURE, "thought")), its.path(), false);
        });
    }

    private void part(JsonNode part, String path, boolean demands) {
        object(
                part,
                Map.of(
                        "inlineData",
                        blob -> blob(blob, path + ".inline_data"),
                        "fileData",
                        file -> file(file, path + ".file_data"),
                        CALL,
                        named(CALL, call -> object(call, Map.of("id", this::callId))),
                        RESULT,
                        named(RESULT, result -> result(result, path)),
                        "thoughtSignature",
                        signature -> signature(signature.asString(""), path, demands)),
                demands && !part.has(SIGNATURE));
    }

    private void result(JsonNode result, String path) {
        Value inner = named("parts", parts -> {
            json.writeStartArray();
            parts(parts, path + ".function_response.parts");
            json.writeEndArray();
        });
        object(result, Map.of("id", this::callId, "parts", inner));
    }

    private void callId(JsonNode id) {
        if (sendsIds) {
            json.writeStringProperty("id", id.asString(""));
        }
    }

    private void signature(String signature, String part, boolean demanded) {
        if (origins.isGood(signature, channel, model.name())) {
            json.writeStringProperty(SIGNATURE, signature);
            return;
        }
        ignored.add(part + "." + SIGNATURE);
        if (demanded) {
            json.writeStringProperty(SIGNATURE, ContentsWriter.DUMMY_SIGNATURE);
        }
    }

    private void blob(JsonNode blob, String path) {
        String base64 = blob.path("data").asString("");
        String name = name(blob);
        InlineMedia medium = InlineMedia.of(media(blob, path, new ContentPart.Source.Inline(base64)), base64);
        if (medium.isGif()) {
            slots.add(MediaSlots.frame(path, base64), name);
            return;
        }
        if (medium.base64().length() > MediaSlots.COPIED_CHARS_MAX) {
            slots.add(new DataSlot.Inline(medium), name);
            return;
        }
        json.writeObjectPropertyStart("inlineData");
        json.writeStringProperty("mimeType", medium.mimeType());
        json.writeStringProperty("data", medium.base64());
        if (name != null) {
            json.writeStringProperty(PartReferences.NAME, name);
        }
        json.writeEndObject();
    }

    /** Writes a file. URLs that Gemini fetches itself stay unchanged; everything else is downloaded here, under guard (D29). */
    private void file(JsonNode file, String path) {
        ContentPart.Source.Remote remote =
                new ContentPart.Source.Remote(file.path("fileUri").asString(""));
        ContentPart.Media part = media(file, path + ".file_uri", remote);
        if (GoogleUrl.isStored(remote.url())) {
            RemoteMedia.requireOpenBucket(part, remote.url(), buckets);
        } else if (GoogleUrl.isYouTube(remote.url())) {
            slots.countYouTube(part);
        } else {
            RemoteMedia.requireDownload(part, remote.url());
            String said = part.mimeType() != null ? part.mimeType() : remote.suffixType();
            WantedMedium wanted =
                    new WantedMedium.Remote(part.place().path(), remote.url(), new WantedMedium.Hint(said, false));
            slots.add(new DataSlot.Loaded(wanted), name(file));
            return;
        }
        json.writeName("fileData");
        json.writeTree(file);
    }

    private static ContentPart.Media media(JsonNode part, String path, ContentPart.Source source) {
        return new ContentPart.Media(Place.at(path), ContentPart.Named.FILE, source, label(part), null, null);
    }

    /** Returns the name by which a function's response refers to a medium; null if none does: the reader has left out all others. */
    private static @Nullable String name(JsonNode medium) {
        return medium.path(PartReferences.NAME).asString(null);
    }

    private static @Nullable String label(JsonNode part) {
        String said = part.path("mimeType").asString("");
        int params = said.indexOf(';');
        String type = (params < 0 ? said : said.substring(0, params)).strip().toLowerCase(Locale.ROOT);
        return type.isEmpty() ? null : type;
    }
}
