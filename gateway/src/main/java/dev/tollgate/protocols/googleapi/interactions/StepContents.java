package dev.tollgate.protocols.googleapi.interactions;

import dev.tollgate.base.conversation.PartReferences;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.Doubles;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.files.KeptImages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rewrites steps into native contents, neighbours of one role joined (Y42). A thought's signature goes to the part that follows it in the model's turn;
 * at the turn's end to a part of its own without text, as the upstream sends it there. For one request.
 */
final class StepContents {

    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static final Set<String> MEDIA = Set.of("image", "audio", "video", "document");

    /** Steps of the provider's own tools, apart from code: what the model needs of them is found by the calls around them (D50). */
    private static final Set<String> PASSED_OVER = Set.of(
            "google_search_call",
            "google_search_result",
            "url_context_call",
            "url_context_result",
            "google_maps_call",
            "google_maps_result");

    /** The members of a step or content besides its type, by the type. Steps that are passed over are not looked into. */
    private static final Map<String, Set<String>> MEMBERS = Map.ofEntries(
            Map.entry("user_input", Set.of("content")),
            Map.entry("model_output", Set.of("content")),
            Map.entry("thought", Set.of("signature", "summary")),
            Map.entry("function_call", Set.of("id", "name", "arguments")),
            Map.entry("function_result", Set.of("call_id", "name", "result", "is_error")),
            Map.entry("code_execution_call", Set.of("id", "arguments")),
            Map.entry("code_execution_result", Set.of("call_id", "result", "is_error")),
            Map.entry("text", Set.of("text", "annotations")));

    private static final Set<String> MEDIUM = Set.of("data", "uri", "mime_type", "resolution");

    /** The most unknown members that are named. */
    private static final int IGNORED_MAX = 100;

    /** An estimate of the heap that a part takes while it is rewritten, with its places. */
    private static final int PART_BYTES = 700;

    private final ArrayNode contents = NODES.arrayNode();
    private final Places places;
    private final Lease memory;
    private final Map<String, String> names = new HashMap<>();
    private final List<String> ignored = new ArrayList<>();
    /** The places of content that stands where steps do. */
    private final Map<JsonNode, String> bare = new IdentityHashMap<>();

    private @Nullable String signature;
    private String signedAt = "";

    /** @param memory charged for what steps and contents become, before they do */
    StepContents(Places places, Lease memory) {
        this.places = places;
        this.memory = memory;
    }

    /** Returns all contents. */
    ArrayNode contents() {
        signLast();
        return contents;
    }

    /** Returns the members of steps and contents that have no effect, at most {@value #IGNORED_MAX}. */
    List<String> ignored() {
        return ignored;
    }

    /** Kept steps are not the caller's. */
    private void ignoreOthers(JsonNode object, String type, String at) {
        Set<String> known = MEDIA.contains(type) ? MEDIUM : MEMBERS.get(type);
        if (known == null || at.startsWith(InteractionRequest.PREVIOUS)) {
            return;
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String name = member.getKey();
            boolean isUnknown = !known.contains(name)
                    && !name.equals("type")
                    && !member.getValue().isNull();
            if (isUnknown && ignored.size() < IGNORED_MAX) {
                ignored.add(at + "." + name);
            }
        }
    }

    /** Adds a step. @param at its place in the caller's request */
    void add(JsonNode step, String at) {
        memory.take(PART_BYTES);
        String type = type(step, at);
        ignoreOthers(step, type, at);
        switch (type) {
            case "user_input" -> contents("user", step, at);
            case "model_output" -> contents("model", step, at);
            case "thought" -> thought(step, at);
            case "function_call" -> call(step, at);
            case "function_result" -> result(step, at);
            case "code_execution_call" -> code(step, at);
            case "code_execution_result" -> output(step, at);
            default -> {
                if (!PASSED_OVER.contains(type)) {
                    throw refuse(at + ".type", "unknown type " + MessageText.quoted(type) + ".");
                }
            }
        }
    }

    /** Returns whether a type is one of content, which stands for an input of the user. */
    static boolean isContent(String type) {
        return type.equals("text") || MEDIA.contains(type);
    }

    static String type(JsonNode object, String at) {
        if (!object.isObject()) {
            throw refuse(at, "must be an object.");
        }
        return text(object, "type", at);
    }

    private static String text(JsonNode object, String name, String at) {
        String text = textOrNull(object, name, at);
        if (text == null) {
            throw refuse(at + "." + name, "is required.");
        }
        return text;
    }

    /** Returns a text; null if it is absent. */
    static @Nullable String textOrNull(JsonNode object, String name, String at) {
        return hasText(object, name, at) ? object.get(name).stringValue() : null;
    }

    /** Returns whether there is a text, which is not decoded. */
    private static boolean hasText(JsonNode object, String name, String at) {
        JsonNode value = object.path(name);
        if (!value.isString() && !value.isMissingNode() && !value.isNull()) {
            throw refuse(at.isEmpty() ? name : at + "." + name, "must be a string.");
        }
        return value.isString();
    }

    static ApiException refuse(String path, String message) {
        return ApiError.invalid(path, path + ": " + message).asException();
    }

    private void contents(String role, JsonNode step, String at) {
        JsonNode content = step.path("content");
        String path = at + ".content";
        if (content.isString()) {
            add(role, NODES.objectNode().<ObjectNode>set("text", content), path);
        } else if (content.isObject()) {
            content(role, content, path);
        } else if (content.isArray()) {
            memory.take((long) PART_BYTES * content.size());
            for (int i = 0; i < content.size(); i++) {
                String place = bare.getOrDefault(content.get(i), path + "[" + i + "]");
                content(role, content.get(i), place);
            }
        } else if (!content.isMissingNode() && !content.isNull()) {
            throw refuse(path, "must be a string or a list of content.");
        }
    }

    /** Adds a content. A user's input may have results of functions, as the AI SDK sends them. */
    private void content(String role, JsonNode content, String at) {
        if (role.equals("user") && type(content, at).equals("function_result")) {
            ignoreOthers(content, "function_result", at);
            result(content, at);
        } else {
            add(role, part(content, at), at);
        }
    }

    /** Returns a part of a content. */
    private ObjectNode part(JsonNode content, String at) {
        String type = type(content, at);
        ignoreOthers(content, type, at);
        if (type.equals("text")) {
            if (!hasText(content, "text", at)) {
                throw refuse(at + ".text", "is required.");
            }
            return NODES.objectNode().set("text", content.get("text"));
        }
        if (!MEDIA.contains(type)) {
            throw refuse(
                    at + ".type",
                    "must be text, image, audio, video or document, got " + MessageText.quoted(type) + ".");
        }
        return medium(content, at);
    }

    private static ObjectNode medium(JsonNode content, String at) {
        boolean linked = hasText(content, "uri", at);
        if (linked == hasText(content, "data", at)) {
            throw refuse(at, "needs one of data and uri.");
        }
        boolean isKept = !linked
                && JsonText.of(content.get("data"))
                        .head(KeptImages.BASE.length())
                        .equals(KeptImages.BASE);
        ObjectNode part = NODES.objectNode();
        ObjectNode medium = part.putObject(linked || isKept ? "fileData" : "inlineData");
        if (hasText(content, "mime_type", at)) {
            medium.set("mimeType", content.get("mime_type"));
        }
        medium.set(linked || isKept ? "fileUri" : "data", content.get(linked ? "uri" : "data"));
        String resolution = textOrNull(content, "resolution", at);
        if (resolution != null) {
            part.putObject("mediaResolution").put("level", "MEDIA_RESOLUTION_" + resolution.toUpperCase(Locale.ROOT));
        }
        return part;
    }

    /** A signature that cannot be one was edited, which is no error (Y49). */
    private void thought(JsonNode step, String at) {
        String its = textOrNull(step, "signature", at);
        if (its != null && Base64Text.isBytes(its)) {
            signLast();
            signature = its;
            signedAt = at;
        }
    }

    private void call(JsonNode step, String at) {
        String name = text(step, "name", at);
        ObjectNode part = NODES.objectNode();
        ObjectNode call = part.putObject("functionCall");
        String id = textOrNull(step, "id", at);
        if (id != null) {
            call.put("id", id);
            names.put(id, name);
        }
        call.put("name", name);
        JsonNode arguments = step.path("arguments");
        if (!arguments.isMissingNode() && !arguments.isNull()) {
            call.set("args", Doubles.quoted(arguments));
        }
        add("model", part, at);
    }

    private void code(JsonNode step, String at) {
        JsonNode arguments = step.path("arguments");
        ObjectNode part = NODES.objectNode();
        part.putObject("executableCode")
                .put("language", "PYTHON")
                .put("code", Objects.requireNonNullElse(textOrNull(arguments, "code", at + ".arguments"), ""));
        add("model", part, at);
    }

    private static boolean failed(JsonNode step, String at) {
        JsonNode value = step.path("is_error");
        if (!value.isBoolean() && !value.isMissingNode() && !value.isNull()) {
            throw refuse(at + ".is_error", "must be true or false.");
        }
        return value.isBoolean() && value.booleanValue();
    }

    private void output(JsonNode step, String at) {
        ObjectNode part = NODES.objectNode();
        boolean failed = failed(step, at);
        part.putObject("codeExecutionResult")
                .put("outcome", failed ? "OUTCOME_FAILED" : "OUTCOME_OK")
                .put("output", Objects.requireNonNullElse(textOrNull(step, "result", at), ""));
        add("model", part, at);
    }

    private void result(JsonNode step, String at) {
        String id = text(step, "call_id", at);
        String name = textOrNull(step, "name", at);
        name = name == null ? names.get(id) : name;
        if (name == null) {
            throw refuse(
                    at + ".name", "is required: no function_call before it has the id " + MessageText.quoted(id) + ".");
        }
        JsonNode result = step.path("result");
        if (result.isMissingNode() || result.isNull()) {
            throw refuse(at + ".result", "is required.");
        }
        ObjectNode part = NODES.objectNode();
        ObjectNode response = part.putObject("functionResponse").put("id", id).put("name", name);
        boolean failed = failed(step, at);
        add("user", part, at);
        JsonNode value = result.isArray() ? parted(result, at + ".result", response) : readable(result);
        if (value.isObject() && !failed) {
            response.set("response", value);
        } else {
            response.putObject("response").set(failed ? "error" : "result", value);
        }
    }

    /** Returns a result as it is, or as a text if the provider would read it otherwise or refuse it (D45). */
    private JsonNode readable(JsonNode result) {
        if (Doubles.hold(result) && !PartReferences.isIn(result)) {
            return result;
        }
        String text = result.toString();
        memory.take((long) Character.BYTES * text.length());
        return NODES.stringNode(text);
    }

    /** Adds the media of a result to the response that was added last. @return the result's texts, joined */
    private JsonNode parted(JsonNode result, String at, ObjectNode response) {
        String place = last() + ".function_response.parts[";
        memory.take((long) PART_BYTES * result.size());
        StringBuilder texts = new StringBuilder();
        for (int i = 0; i < result.size(); i++) {
            String path = at + "[" + i + "]";
            ObjectNode part = part(result.get(i), path);
            if (part.has("text")) {
                texts.append(texts.isEmpty() ? "" : "\n")
                        .append(part.get("text").stringValue());
            } else {
                part.remove("mediaResolution");
                places.put(place + response.path("parts").size() + "]", path);
                response.withArray("parts").add(part);
            }
        }
        return NODES.stringNode(texts.toString());
    }

    private void add(String role, ObjectNode part, String at) {
        if (role.equals("user")) {
            signLast();
        }
        turn(role, at).add(part);
        String place = last();
        places.put(place, at);
        if (signature != null) {
            part.put("thoughtSignature", signature);
            places.put(place + ".thought_signature", signedAt + ".signature");
            signature = null;
        }
    }

    /** Returns the place of the part that was added last. */
    private String last() {
        int content = contents.size() - 1;
        return "contents[" + content + "].parts["
                + (contents.get(content).get("parts").size() - 1) + "]";
    }

    private ArrayNode turn(String role, String at) {
        if (contents.isEmpty()
                || !contents.get(contents.size() - 1).path("role").asString("").equals(role)) {
            places.put("contents[" + contents.size() + "]", at);
            contents.addObject().put("role", role).putArray("parts");
        }
        return (ArrayNode) contents.get(contents.size() - 1).get("parts");
    }

    /** A signature that no part follows has a part of its own. */
    private void signLast() {
        if (signature != null) {
            ArrayNode parts = turn("model", signedAt);
            parts.addObject().put("text", "").put("thoughtSignature", signature);
            places.put(last(), signedAt);
            signature = null;
        }
    }

    /** Returns an input as a list of steps: a text and content are the user's. */
    ArrayNode steps(JsonNode input) {
        memory.take((long) PART_BYTES * input.size());
        ArrayNode steps = NODES.arrayNode();
        boolean isList = input.isArray();
        List<JsonNode> given = isList ? List.copyOf(input.values()) : List.of(input);
        ArrayNode content = null;
        for (int i = 0; i < given.size(); i++) {
            JsonNode it = given.get(i);
            String at = isList ? "input[" + i + "]" : "input";
            boolean isText = it.isString() && !isList;
            if (!isText && !isContent(type(it, at))) {
                steps.add(it);
                content = null;
                continue;
            }
            if (content == null) {
                content = steps.addObject().put("type", "user_input").putArray("content");
            }
            JsonNode its = isText ? NODES.objectNode().put("type", "text").set("text", it) : it;
            bare.put(its, at);
            content.add(its);
        }
        return steps;
    }
}
