package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.protocols.googleapi.interactions.StepContents.NODES;
import static dev.tollgate.protocols.googleapi.interactions.StepContents.refuse;
import static dev.tollgate.protocols.googleapi.interactions.StepContents.textOrNull;

import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.protocols.door.ModelRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a body and rewrites it into Gemini's own form, whose reader checks what is not looked at here (Y42). Each refusal is a 400 that names the field;
 * unknown members are listed (E5). For one body.
 */
final class InteractionsReader {

    private static final Set<String> SERVED_TOOLS =
            Set.of("google_search", "url_context", "code_execution", "google_maps");

    /** Members that the native form has by the same name. */
    private static final Set<String> SAME = Set.of("labels", "cached_content");

    private static final Set<String> SAME_SETTINGS =
            Set.of("temperature", "top_p", "seed", "stop_sequences", "max_output_tokens");

    /** Members whose work is done by Google's own runtime. */
    private static final Set<String> REFUSED = Set.of("agent", "agent_config", "environment");

    private static final Set<String> SOUNDS = Set.of("audio/wav", "audio/l16");

    private static final int LIST_MAX = 100;

    private final ReadLimits limits;
    private final Places places = new Places();
    private final List<String> ignored = new ArrayList<>();
    private final ObjectNode request = NODES.objectNode();
    private final ObjectNode config = NODES.objectNode();
    private @Nullable String model;
    private @Nullable String previousId;
    private @Nullable ArrayNode modalities;
    private boolean stream;
    private boolean store = true;
    private boolean background;
    private boolean summaries;
    private @Nullable String addressed;

    private InteractionsReader(ReadLimits limits) {
        this.limits = limits;
    }

    /**
     * @param keeps whether interactions are kept unless the caller forbids it
     * @param memory charged with the memory of the result
     * @throws dev.tollgate.base.error.ApiException 400 for every fault; 413 and 503 if memory is short
     */
    static InteractionRequest read(byte[] body, ReadLimits limits, Lease memory, boolean keeps) {
        return new InteractionsReader(limits).read(JsonObjectReader.read(body, limits, memory), memory, keeps);
    }

    private InteractionRequest read(ObjectNode body, Lease memory, boolean keeps) {
        for (Map.Entry<String, JsonNode> member : body.properties()) {
            if (!member.getValue().isNull()) {
                member(member.getKey(), member.getValue(), body);
            }
        }
        if (model == null || model.isEmpty()) {
            throw refuse("model", "is required: the id of a model.");
        }
        JsonNode input = body.path("input");
        if (input.isMissingNode() || input.isNull() || input.isArray() && input.isEmpty()) {
            throw refuse("input", "is required: a text, content or a list of steps.");
        }
        modalities();
        if (!config.isEmpty()) {
            request.set("generationConfig", config);
        }
        if (background) {
            checkBackground(keeps);
            if (addressed != null) {
                ignored.add(addressed); // it is read again with its images
            }
        }
        InteractionRequest.Settings settings = new InteractionRequest.Settings(
                model,
                previousId,
                stream,
                store,
                background,
                summaries,
                addressed != null && !background,
                List.copyOf(ignored));
        return new InteractionRequest(settings, input, request, places, limits, memory, keeps);
    }

    /** Refuses what cannot be kept of an answer whose caller does not wait (J1). */
    private void checkBackground(boolean keeps) {
        if (stream) {
            throw refuse("background", "cannot be used with stream: get the interaction by its id.");
        }
        if (!store) {
            throw refuse("store", "must be true with background: you get the interaction by its id.");
        }
        if (!keeps) {
            throw refuse("background", "must be false: this server keeps no interactions.");
        }
    }

    private void member(String name, JsonNode value, ObjectNode body) {
        switch (name) {
            case "input" -> {}
            case "model" -> model = modelId(body);
            case "previous_interaction_id" -> {
                previousId = textOrNull(body, name, "");
                places.put("contents", name);
            }
            case "stream" -> stream = bool(name, value);
            case "store" -> store = bool(name, value);
            case "background" -> background = bool(name, value);
            case "webhook_config" ->
                throw refuse(name, "is not supported: webhooks with the events 'interaction.…' tell you of each end.");
            case "system_instruction" -> instruction(value);
            case "tools" -> tools(value);
            case "generation_config" -> settings(object(name, value));
            case "response_format" -> formats(value, body.path("response_mime_type"));
            case "response_modalities" -> request.set(name, value);
            case "response_mime_type" -> config.set("responseMimeType", value);
            case "service_tier" -> tier(value);
            case "safety_settings" -> safety(value);
            default -> {
                if (REFUSED.contains(name)) {
                    throw refuse(
                            name,
                            "is not supported: agents and environments are Google's own. Send 'model' and 'input'.");
                } else if (SAME.contains(name)) {
                    request.set(name, value);
                } else {
                    ignored.add(name);
                }
            }
        }
    }

    private static @Nullable String modelId(ObjectNode body) {
        String id = textOrNull(body, "model", "");
        return id != null && id.startsWith("models/") ? id.substring("models/".length()) : id;
    }

    private static boolean bool(String name, JsonNode value) {
        if (!value.isBoolean()) {
            throw refuse(name, "must be true or false.");
        }
        return value.booleanValue();
    }

    private static ObjectNode object(String path, JsonNode value) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw refuse(path, "must be an object.");
    }

    private static List<JsonNode> list(String path, JsonNode value, int max) {
        if (value.isArray() && value.size() > max) {
            throw refuse(path, "has " + value.size() + " elements, at most " + max + " are allowed.");
        }
        return value.isArray() ? List.copyOf(value.values()) : List.of(value);
    }

    private void instruction(JsonNode value) {
        if (!value.isString()) {
            throw refuse("system_instruction", "must be a string.");
        }
        request.putObject("systemInstruction").putArray("parts").addObject().set("text", value);
    }

    private void tier(JsonNode value) {
        if (value.isString() && value.stringValue().equals("deferred")) {
            throw refuse("service_tier", "deferred is not supported; flex is the cheaper tier.");
        }
        request.set("serviceTier", value);
    }

    private void safety(JsonNode value) {
        ArrayNode settings = request.putArray("safetySettings");
        List<JsonNode> given = list("safety_settings", value, LIST_MAX);
        for (int i = 0; i < given.size(); i++) {
            String at = "safety_settings[" + i + "]";
            ObjectNode its = object(at, given.get(i));
            places.put(at, at);
            ObjectNode setting = settings.addObject();
            String type = textOrNull(its, "type", at);
            if (type != null) {
                setting.put("category", "HARM_CATEGORY_" + type.toUpperCase(Locale.ROOT));
            }
            if (its.has("threshold")) {
                setting.set("threshold", its.get("threshold"));
            }
            ignoreOthers(its, at, Set.of("type", "threshold"));
        }
    }

    private void ignoreOthers(ObjectNode object, String at, Set<String> known) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!known.contains(member.getKey()) && !member.getValue().isNull()) {
                ignored.add(at + "." + member.getKey());
            }
        }
    }

    // ---- tools ----

    private void tools(JsonNode value) {
        ArrayNode tools = request.putArray("tools");
        ArrayNode functions = null;
        int declaring = 0;
        List<JsonNode> given = list("tools", value, limits.toolsMax());
        for (int i = 0; i < given.size(); i++) {
            String at = "tools[" + i + "]";
            ObjectNode tool = object(at, given.get(i));
            String type = StepContents.type(tool, at);
            if (type.equals("function")) {
                if (functions == null) {
                    declaring = tools.size();
                    functions = tools.addObject().putArray("functionDeclarations");
                }
                places.put("tools[" + declaring + "].function_declarations[" + functions.size() + "]", at);
                functions.add(function(tool, at));
            } else if (SERVED_TOOLS.contains(type)) {
                places.put("tools[" + tools.size() + "]", at);
                places.put("tools[" + tools.size() + "]." + type, at);
                provided(type, tool, at, tools.addObject());
            } else {
                throw refuse(
                        at + ".type",
                        "tool " + MessageText.quoted(type) + " is not available"
                                + (type.equals("file_search")
                                        ? ": " + ModelRules.NO_FILE_SEARCH
                                        : "; function, google_search, url_context, code_execution and google_maps are."));
            }
        }
    }

    private ObjectNode function(ObjectNode tool, String at) {
        ObjectNode function = NODES.objectNode();
        for (String member : List.of("name", "description")) {
            if (tool.has(member)) {
                function.set(member, tool.get(member));
            }
        }
        JsonNode parameters = tool.path("parameters");
        if (!parameters.isMissingNode()
                && !parameters.isNull()
                && !object(at + ".parameters", parameters).isEmpty()) {
            function.set("parametersJsonSchema", parameters);
        }
        ignoreOthers(tool, at, Set.of("type", "name", "description", "parameters"));
        return function;
    }

    private void provided(String type, ObjectNode tool, String at, ObjectNode own) {
        ObjectNode its = own.putObject(type);
        if (!type.equals("google_maps")) {
            ignoreOthers(tool, at, Set.of("type"));
            return;
        }
        if (tool.has("enable_widget")) {
            its.set("enableWidget", tool.get("enable_widget"));
        }
        boolean isPlace = tool.has("latitude") && tool.has("longitude");
        if (isPlace) {
            ObjectNode place = toolConfig().putObject("retrievalConfig").putObject("latLng");
            place.set("latitude", tool.get("latitude"));
            place.set("longitude", tool.get("longitude"));
        }
        ignoreOthers(
                tool,
                at,
                isPlace ? Set.of("type", "enable_widget", "latitude", "longitude") : Set.of("type", "enable_widget"));
    }

    private ObjectNode toolConfig() {
        return request.get("toolConfig") instanceof ObjectNode known ? known : request.putObject("toolConfig");
    }

    private void choice(JsonNode value) {
        String path = "generation_config.tool_choice";
        ObjectNode choice = toolConfig().putObject("functionCallingConfig");
        if (value.isString()) {
            choice.set("mode", value);
            places.put("tool_config.function_calling_config.mode", path);
            return;
        }
        places.put("tool_config.function_calling_config.mode", path + ".allowed_tools.mode");
        places.put("tool_config.function_calling_config.allowed_function_names", path + ".allowed_tools.tools");
        ObjectNode given = object(path, value);
        ObjectNode allowed = object(path + ".allowed_tools", given.path("allowed_tools"));
        ignoreOthers(given, path, Set.of("allowed_tools"));
        ignoreOthers(allowed, path + ".allowed_tools", Set.of("mode", "tools"));
        choice.set("mode", allowed.path("mode").isMissingNode() ? NODES.stringNode("any") : allowed.get("mode"));
        if (allowed.has("tools")) {
            choice.set("allowedFunctionNames", allowed.get("tools"));
        }
    }

    // ---- settings ----

    private void settings(ObjectNode given) {
        for (Map.Entry<String, JsonNode> member : given.properties()) {
            JsonNode value = member.getValue();
            String path = "generation_config." + member.getKey();
            if (value.isNull()) {
                continue;
            }
            switch (member.getKey()) {
                case "thinking_level" -> config.withObject("thinkingConfig").set("thinkingLevel", value);
                case "thinking_summaries" -> summaries(textOrNull(given, member.getKey(), "generation_config"));
                case "tool_choice" -> choice(value);
                case "image_config" -> images(object(path, value), path, Set.of());
                case "speech_config" -> config.set("speechConfig", speech(value, path));
                case String name when SAME_SETTINGS.contains(name) -> config.set(name, value);
                default -> ignored.add(path);
            }
        }
    }

    private void summaries(@Nullable String wish) {
        summaries = "auto".equals(wish);
        if (!summaries && !"none".equals(wish)) {
            throw refuse(
                    "generation_config.thinking_summaries",
                    "must be auto or none, got " + MessageText.quoted(String.valueOf(wish)) + ".");
        }
        if (summaries) {
            config.withObject("thinkingConfig").put("includeThoughts", true);
        }
    }

    /** @param known members that have been read */
    private void images(ObjectNode given, String at, Set<String> known) {
        for (String name : List.of("aspect_ratio", "image_size")) {
            if (given.has(name) && !given.get(name).isNull()) {
                String own = name.equals("image_size") ? "imageSize" : "aspectRatio";
                places.put("generation_config.image_config." + name, at + "." + name);
                config.withObject("imageConfig").set(own, given.get(name));
            }
        }
        ignoreOthers(given, at, known.isEmpty() ? Set.of("aspect_ratio", "image_size") : known);
    }

    private ObjectNode speech(JsonNode value, String path) {
        JsonNode given = value.has("speakers") ? value.get("speakers") : value;
        String from = value.has("speakers") ? path + ".speakers" : path;
        List<JsonNode> speakers = list(from, given, LIST_MAX);
        ObjectNode speech = NODES.objectNode();
        for (int i = 0; i < speakers.size(); i++) {
            String at = given.isArray() ? from + "[" + i + "]" : from;
            ObjectNode its = object(at, speakers.get(i));
            ObjectNode place = speech;
            String own = path;
            if (its.has("speaker")) {
                ArrayNode all = speech.withObject("multiSpeakerVoiceConfig").withArray("speakerVoiceConfigs");
                own = path + ".multi_speaker_voice_config.speaker_voice_configs[" + all.size() + "]";
                place = all.addObject();
                place.set("speaker", its.get("speaker"));
                places.put(own + ".speaker", at + ".speaker");
            }
            places.put(own + ".voice_config.prebuilt_voice_config.voice_name", at + ".voice");
            places.put(path + ".language_code", at + ".language");
            ignoreOthers(its, at, Set.of("speaker", "voice", "language"));
            if (its.has("voice")) {
                place.putObject("voiceConfig").putObject("prebuiltVoiceConfig").set("voiceName", its.get("voice"));
            }
            if (its.has("language")) {
                speech.set("languageCode", its.get("language"));
            }
        }
        return speech;
    }

    // ---- what comes ----

    private void formats(JsonNode value, JsonNode mimeType) {
        List<JsonNode> given = list("response_format", value, LIST_MAX);
        ArrayNode asked = NODES.arrayNode();
        for (int i = 0; i < given.size(); i++) {
            String at = value.isArray() ? "response_format[" + i + "]" : "response_format";
            ObjectNode format = object(at, given.get(i));
            String type = String.valueOf(textOrNull(format, "type", at));
            switch (type) {
                case "text" -> text(format, at);
                case "image" -> {
                    if (delivery(format, at, List.of("inline", "uri")).equals("uri")) {
                        addressed = at + ".delivery";
                    }
                    images(format, at, Set.of("type", "delivery", "aspect_ratio", "image_size"));
                }
                case "audio" -> {
                    delivery(format, at, List.of("inline"));
                    sound(format, at);
                }
                default -> schema(format, at, type, mimeType);
            }
            asked.add(type.toUpperCase(Locale.ROOT));
        }
        boolean isText = asked.valueStream()
                .noneMatch(it -> it.asString().equals("IMAGE") || it.asString().equals("AUDIO"));
        if (!isText) {
            modalities = asked;
        }
    }

    private void sound(ObjectNode format, String at) {
        String type = textOrNull(format, "mime_type", at);
        if (type != null && !SOUNDS.contains(type.toLowerCase(Locale.ROOT))) {
            throw refuse(
                    at + ".mime_type",
                    "must be audio/wav or audio/l16, got " + MessageText.quoted(type)
                            + ": speech is not encoded here.");
        }
        String own = "generation_config.response_format.audio";
        places.put(own, at);
        ObjectNode audio = config.withObject("responseFormat").putObject("audio");
        for (String name : List.of("mime_type", "sample_rate")) {
            if (format.has(name)) {
                audio.set(name, format.get(name));
            }
        }
        ignoreOthers(format, at, Set.of("type", "delivery", "mime_type", "sample_rate"));
    }

    private void text(ObjectNode format, String at) {
        JsonNode schema = format.path("schema");
        if (format.has("mime_type") || schema.isObject()) {
            places.put("generation_config.response_mime_type", at + ".mime_type");
            config.set(
                    "responseMimeType",
                    format.has("mime_type") ? format.get("mime_type") : NODES.stringNode("application/json"));
        }
        if (!schema.isMissingNode() && !schema.isNull()) {
            places.put("generation_config.response_json_schema", at + ".schema");
            config.set("responseJsonSchema", object(at + ".schema", schema));
        }
        ignoreOthers(format, at, Set.of("type", "mime_type", "schema"));
    }

    /** Reads a schema whose media type is a member next to it: the form before revision 2026-05-20, which clients still send. */
    private void schema(ObjectNode format, String at, String type, JsonNode mimeType) {
        if (!mimeType.isString()) {
            throw refuse(at + ".type", "must be text, image or audio, got " + MessageText.quoted(type) + ".");
        }
        config.set("responseJsonSchema", format);
    }

    private static String delivery(ObjectNode format, String at, List<String> allowed) {
        String delivery = Objects.requireNonNullElse(textOrNull(format, "delivery", at), "inline");
        if (!allowed.contains(delivery)) {
            throw refuse(
                    at + ".delivery",
                    "must be " + String.join(" or ", allowed) + ", got " + MessageText.quoted(delivery) + ".");
        }
        return delivery;
    }

    private void modalities() {
        JsonNode own = request.remove("response_modalities");
        if (own != null) {
            config.set("responseModalities", own);
        } else if (modalities != null) {
            places.put("generation_config.response_modalities", "response_format");
            config.set("responseModalities", modalities);
        }
    }
}
