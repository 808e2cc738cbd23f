package dev.tollgate.sandbox;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What Google refuses in contents (wire.md 1.3, 1.7, 1.8) and, through the other rules, in tools and configuration.
 * Each method throws a {@link GoogleError.Refusal} or returns.
 */
final class RequestRules {

    static final String MESSAGE = "* GenerateContentRequest.";

    private static final Set<String> ROLES = Set.of("", "user", "model", "function"); // older SDKs send function
    private static final String COUNTS_DIFFER = "Please ensure that the number of function response parts is equal to"
            + " the number of function call parts of the function call turn.";
    private static final String CALL_OUT_OF_PLACE = "Please ensure that function call turn comes immediately after a"
            + " user turn or after a function response turn.";
    private static final String RESPONSE_OUT_OF_PLACE =
            "Please ensure that function response turn comes immediately after a function call turn.";

    private RequestRules() {}

    /** Everything but thought signatures. */
    static void check(Ask ask) {
        checkContents(ask);
        checkTurns(ask.contents());
        checkSafety(ask);
        checkStored(ask);
        ToolRules.check(ask);
        ConfigRules.check(ask);
    }

    /** Only what {@code countTokens} looks at as well. */
    static void checkContents(Ask ask) {
        List<JsonNode> contents = ask.contents();
        require(!contents.isEmpty(), MESSAGE + "contents: contents is not specified");
        for (int i = 0; i < contents.size(); i++) {
            checkContent(ask.model(), contents.get(i), "contents[" + i + "]");
        }
    }

    private static void checkContent(SandboxModel model, JsonNode content, String path) {
        require(ROLES.contains(Json.text(content, "role")), "Please use a valid role: user, model.");
        JsonNode parts = content.path("parts");
        require(!parts.isEmpty(), MESSAGE + path + ".parts: contents.parts must not be empty.");
        for (int i = 0; i < parts.size(); i++) {
            checkPart(model, parts.get(i), path + ".parts[" + i + "]");
        }
    }

    private static void checkPart(SandboxModel model, JsonNode part, String path) {
        require(
                ProtoTypes.PART_DATA.stream().anyMatch(part::has),
                MESSAGE + path + ".data: required oneof field 'data' must have one initialized field");
        if (part.has("inlineData")) {
            checkBlob(part.get("inlineData"));
        }
        JsonNode response = part.path("functionResponse");
        require(
                model.gemini3() || response.path("parts").isEmpty(),
                "Multimodal function responses are not supported by this model.");
        for (String name : List.of("functionCall", "functionResponse")) {
            require(
                    !part.has(name) || !Json.text(part.get(name), "name").isEmpty(),
                    MESSAGE + path + "." + ProtoTypes.snake(name) + ".name: Name cannot be empty.");
        }
        require(
                !part.has("functionResponse") || response.has("response"),
                MESSAGE + path + ".function_response.response: response is required.");
    }

    private static void checkBlob(JsonNode blob) {
        String mime = Json.text(blob, "mimeType");
        require(Media.supports(mime), "Unsupported MIME type: " + mime);
        require(
                !Json.text(blob, "data").isEmpty(),
                "Unable to process input image. Please retry or report in"
                        + " https://developers.generativeai.google/guide/troubleshooting");
    }

    private static void checkTurns(List<JsonNode> contents) {
        for (int i = 0; i < contents.size(); i++) {
            JsonNode content = contents.get(i);
            int calls = Ask.partsWith(content, "functionCall").size();
            int responses = Ask.partsWith(content, "functionResponse").size();
            if (calls > 0) {
                require(i > 0 && !Ask.isModel(contents.get(i - 1)), CALL_OUT_OF_PLACE);
                int answers = i + 1 < contents.size()
                        ? Ask.partsWith(contents.get(i + 1), "functionResponse").size()
                        : 0;
                require(calls == answers, COUNTS_DIFFER);
            }
            if (responses > 0) {
                require(
                        i > 0
                                && !Ask.partsWith(contents.get(i - 1), "functionCall")
                                        .isEmpty(),
                        RESPONSE_OUT_OF_PLACE);
            }
        }
    }

    private static void checkSafety(Ask ask) {
        List<String> categories = ask.body()
                .path("safetySettings")
                .valueStream()
                .map(setting -> Json.text(setting, "category"))
                .toList();
        require(
                categories.stream().distinct().count() == categories.size(),
                MESSAGE + "safety_settings: only one safety setting per category is allowed.");
    }

    private static void checkStored(Ask ask) {
        if (ask.body().has("cachedContent")) {
            throw GoogleError.forbidden("CachedContent not found (or permission denied)")
                    .asRefusal();
        }
        ask.contents().stream()
                .flatMap(content -> Ask.partsWith(content, "fileData").stream())
                .map(part -> Json.text(part.get("fileData"), "fileUri"))
                .forEach(RequestRules::checkFile);
    }

    /** Nothing can be uploaded here, so every file of the Files API is somebody else's. */
    private static void checkFile(String uri) {
        int at = uri.indexOf("/files/");
        if (at >= 0 && uri.contains("/v1")) {
            String file = uri.substring(at + "/files/".length());
            throw GoogleError.forbidden(
                            "You do not have permission to access the File " + file + " or it may not exist.")
                    .asRefusal();
        }
    }

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw GoogleError.invalid(otherwise).asRefusal();
        }
    }
}
