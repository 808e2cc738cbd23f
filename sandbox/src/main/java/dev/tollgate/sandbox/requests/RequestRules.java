package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.files.Media;
import dev.tollgate.sandbox.routes.ImageLimits;
import dev.tollgate.sandbox.wire.Base64Blob;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.ProtoTypes;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The rules by which Google refuses contents (protocol 1.3, 1.7, 1.8) and, through the other rules, in tools and configuration.
 * Each method throws a {@link GoogleError.Failure} or returns.
 */
public final class RequestRules {

    static final String MESSAGE = "* GenerateContentRequest.";

    private static final Set<String> ROLES = Set.of("", "user", "model", "function"); // older SDKs send function
    private static final String COUNTS_DIFFER = "Please ensure that the number of function response parts is equal to"
            + " the number of function call parts of the function call turn.";
    private static final String CALL_OUT_OF_PLACE = "Please ensure that function call turn comes immediately after a"
            + " user turn or after a function response turn.";
    private static final String RESPONSE_OUT_OF_PLACE =
            "Please ensure that function response turn comes immediately after a function call turn.";

    private static final String MODEL_ALONE =
            "Please ensure that single turn requests end with a user role or the role field is not specified.";
    private static final String ENDS_WITH_MODEL = "Requests ending with a model turn are not supported.";

    private static final String UNREADABLE = "Unable to process input image. Please retry or report in"
            + " https://developers.generativeai.google/guide/troubleshooting";
    private static final int IMAGES_MAX = 3_600;
    private static final int PDF_BYTES_MAX = 50 << 20;

    private RequestRules() {}

    /** Everything but thought signatures. */
    public static void check(GoogleRequest ask) {
        checkContents(ask);
        checkTurns(ask);
        checkSafety(ask);
        ToolRules.check(ask);
        ConfigRules.check(ask);
    }

    /** Only what {@code countTokens} looks at as well. */
    public static void checkContents(GoogleRequest ask) {
        List<JsonNode> contents = ask.contents();
        require(!contents.isEmpty(), MESSAGE + "contents: contents is not specified");
        for (int i = 0; i < contents.size(); i++) {
            checkContent(ask, contents.get(i), "contents[" + i + "]");
        }
        long images = contents.stream()
                .flatMap(content -> content.path("parts").valueStream())
                .filter(RequestRules::isImage)
                .count();
        int most = ask.model().images().makesImages() ? ImageLimits.INPUTS_MAX : IMAGES_MAX;
        require(images <= most, "At most " + most + " images are supported per request.");
    }

    static boolean isImage(JsonNode part) {
        return Stream.of("inlineData", "fileData")
                .anyMatch(data -> JsonTrees.text(part.path(data), "mimeType").startsWith("image/"));
    }

    private static void checkContent(GoogleRequest ask, JsonNode content, String path) {
        require(ROLES.contains(JsonTrees.text(content, "role")), "Please use a valid role: user, model.");
        JsonNode parts = content.path("parts");
        require(!parts.isEmpty(), MESSAGE + path + ".parts: contents.parts must not be empty.");
        for (int i = 0; i < parts.size(); i++) {
            checkPart(ask, parts.get(i), path + ".parts[" + i + "]");
        }
    }

    private static void checkPart(GoogleRequest ask, JsonNode part, String path) {
        require(
                ProtoTypes.PART_DATA.stream().anyMatch(part::has),
                MESSAGE + path + ".data: required oneof field 'data' must have one initialized field");
        if (part.has("inlineData")) {
            checkBlob(part.get("inlineData"));
        }
        JsonNode response = part.path("functionResponse");
        response.path("parts")
                .valueStream()
                .filter(each -> each.has("inlineData"))
                .forEach(each -> checkBlob(each.get("inlineData")));
        checkModifiers(ask, part, path);
        require(
                ask.model().gemini3() || response.path("parts").isEmpty(),
                "Multimodal function responses are not supported by this model.");
        for (String name : List.of("functionCall", "functionResponse")) {
            require(
                    !part.has(name) || !JsonTrees.text(part.get(name), "name").isEmpty(),
                    MESSAGE + path + "." + ProtoTypes.snake(name) + ".name: Name cannot be empty.");
        }
        require(
                !part.has("functionResponse") || response.has("response"),
                MESSAGE + path + ".function_response.response: response is required.");
        List<String> names = response.path("parts")
                .valueStream()
                .flatMap(JsonNode::valueStream)
                .map(medium -> JsonTrees.text(medium, "displayName"))
                .toList();
        checkReferences(response.path("response"), names);
    }

    /** Each member {@code $ref} of a response, at any depth, is taken for the name of one of its parts (protocol 1.3). */
    private static void checkReferences(JsonNode value, List<String> names) {
        String name = JsonTrees.text(value, "$ref");
        require(
                !value.has("$ref") || !name.isEmpty() && names.contains(name),
                "The referenced name `" + name
                        + "` in function_response.response does not match to a display_name in the"
                        + " function_response.parts.");
        value.forEach(inner -> checkReferences(inner, names));
    }

    /** The fields of a part next to its data. */
    private static void checkModifiers(GoogleRequest ask, JsonNode part, String path) {
        JsonNode fps = part.path("videoMetadata").path("fps");
        require(
                fps.isMissingNode() || fps.asDouble() > 0 && fps.asDouble() <= 24,
                MESSAGE + path + ".video_metadata.fps: fps must be in the range (0.0, 24.0].");
        require(
                ask.model().gemini3() || !part.has("mediaResolution"),
                "Media resolution per part is not supported by this model.");
        // Vertex AI had no ids before its revision of September 2026, and has none on 2.x (protocol 1.3).
        for (String name : List.of("functionCall", "functionResponse")) {
            if (ask.terms().vertex()
                    && !ask.model().gemini3()
                    && part.path(name).has("id")) {
                throw GoogleError.unknownField("id", path + "." + ProtoTypes.snake(name))
                        .asRefusal();
            }
        }
    }

    private static void checkBlob(JsonNode blob) {
        String mime = JsonTrees.text(blob, "mimeType").toLowerCase(Locale.ROOT);
        String data = JsonTrees.text(blob, "data");
        require(Media.supports(mime), "Unsupported MIME type: " + mime);
        require(!data.isEmpty() && !Media.isMislabelled(mime, data), UNREADABLE);
        require(
                !mime.equals("application/pdf") || Base64Blob.bytes(data) <= PDF_BYTES_MAX,
                "The document exceeds the limit: " + PDF_BYTES_MAX + " bytes.");
    }

    private static void checkTurns(GoogleRequest ask) {
        List<Turn> turns = Turn.of(ask.contents());
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            List<JsonNode> asked = i == 0 ? List.of() : turns.get(i - 1).data("functionCall");
            List<JsonNode> calls = turn.data("functionCall");
            if (!calls.isEmpty()) {
                require(i > 0 && turn.isModels(), CALL_OUT_OF_PLACE);
                List<JsonNode> responses =
                        i + 1 < turns.size() ? turns.get(i + 1).data("functionResponse") : List.of();
                require(calls.size() == responses.size(), COUNTS_DIFFER);
                checkAnswers(calls, responses);
            }
            require(
                    turn.data("functionResponse").isEmpty() || (!turn.isModels() && !asked.isEmpty()),
                    RESPONSE_OUT_OF_PLACE);
        }
        boolean endsWithModel = turns.getLast().isModels();
        require(turns.size() > 1 || !endsWithModel, MODEL_ALONE);
        require(ask.model().goesOn() || !endsWithModel, ENDS_WITH_MODEL);
    }

    /** Responses come in the order of their calls, or say by their ids which call they answer. */
    private static void checkAnswers(List<JsonNode> calls, List<JsonNode> responses) {
        boolean byId = calls.stream().allMatch(call -> call.has("id"))
                && responses.stream().allMatch(response -> response.has("id"));
        for (int i = 0; i < responses.size(); i++) {
            String id = JsonTrees.text(responses.get(i), "id");
            JsonNode call = byId
                    ? calls.stream()
                            .filter(each -> JsonTrees.text(each, "id").equals(id))
                            .findFirst()
                            .orElseThrow(() -> GoogleError.invalid("There is no function call with the id `" + id
                                            + "` in the function call turn.")
                                    .asRefusal())
                    : calls.get(i);
            require(
                    JsonTrees.text(call, "name").equals(JsonTrees.text(responses.get(i), "name")),
                    "Please ensure that function response parts have the names of the function call parts of the function"
                            + " call turn, in their order: `" + JsonTrees.text(responses.get(i), "name") + "` answers `"
                            + JsonTrees.text(call, "name") + "`.");
        }
        long ids = responses.stream()
                .map(response -> JsonTrees.text(response, "id"))
                .distinct()
                .count();
        require(!byId || ids == responses.size(), COUNTS_DIFFER);
    }

    private static void checkSafety(GoogleRequest ask) {
        List<String> categories = ask.body()
                .path("safetySettings")
                .valueStream()
                .map(setting -> JsonTrees.text(setting, "category"))
                .toList();
        require(
                categories.stream().distinct().count() == categories.size(),
                MESSAGE + "safety_settings: only one safety setting per category is allowed.");
    }
}
