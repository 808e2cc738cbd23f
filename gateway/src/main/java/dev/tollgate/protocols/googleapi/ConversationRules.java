package dev.tollgate.protocols.googleapi;

import static dev.tollgate.protocols.googleapi.NativeRequestReader.refuse;
import static dev.tollgate.protocols.googleapi.NativeRequestReader.require;

import dev.tollgate.base.conversation.PartReferences;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.NativeTurn;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What Gemini refuses in contents, in its own words: said here it is a 400 that names the place, said by the upstream it could only be a
 * 503 (D2; protocol 1.3, 2.4).
 */
final class ConversationRules {

    private static final Set<String> ROLES = Set.of("", "user", "model", "function"); // older clients send function
    private static final String TEXT = "text";
    private static final List<String> DATA = List.of(
            TEXT,
            "inlineData",
            "fileData",
            "functionCall",
            "functionResponse",
            "executableCode",
            "codeExecutionResult");

    private final List<JsonNode> contents;
    private final List<NativeTurn> turns;
    private final UpstreamModel model;

    private ConversationRules(JsonNode contents, UpstreamModel model) {
        this.contents = List.copyOf(contents.values());
        this.turns = NativeTurn.of(contents);
        this.model = model;
    }

    /**
     * @param sendsSignatures whether callers send signatures back; if not, the translation has a placeholder for each that is not there
     * @throws dev.tollgate.base.error.ApiException a 400
     */
    static void check(JsonNode contents, UpstreamModel model, boolean sendsSignatures) {
        ConversationRules rules = new ConversationRules(contents, model);
        rules.checkContents();
        rules.checkTurns();
        // What began with a model that wanted none has none: the translation has a placeholder for each (D59).
        if (sendsSignatures && model.signatures() && model.asked().signatures()) {
            rules.checkSignatures();
        }
    }

    /** Checks only what matters for counting the prompt. @throws dev.tollgate.base.error.ApiException a 400 */
    static void checkToCount(JsonNode contents, UpstreamModel model) {
        new ConversationRules(contents, model).checkContents();
    }

    /** Checks that there is something to answer: a model would make something of nothing, and it would be charged. @throws dev.tollgate.base.error.ApiException a 400 */
    static void checkPrompt(NativeRequest request) {
        boolean isEmpty = Stream.concat(
                        request.contents().valueStream(),
                        Stream.of(request.body().path("systemInstruction")))
                .flatMap(content -> content.path("parts").valueStream())
                .allMatch(ConversationRules::isEmpty);
        require(
                !isEmpty,
                "contents",
                "* GenerateContentRequest.contents: must have a text, a file, a call or a response, all texts are"
                        + " empty.");
    }

    private static boolean isEmpty(JsonNode part) {
        return DATA.stream().noneMatch(data -> part.has(data) && !data.equals(TEXT))
                && (!part.path(TEXT).isString() || JsonText.of(part.path(TEXT)).isEmpty());
    }

    private void checkContents() {
        for (int i = 0; i < contents.size(); i++) {
            String path = "contents[" + i + "]";
            require(ROLES.contains(role(contents.get(i))), path + ".role", "Please use a valid role: user, model.");
            JsonNode parts = contents.get(i).path("parts");
            require(
                    !parts.isEmpty(),
                    path + ".parts",
                    "* GenerateContentRequest." + path + ".parts: contents.parts must not be empty.");
            for (int p = 0; p < parts.size(); p++) {
                checkPart(parts.get(p), path + ".parts[" + p + "]");
            }
        }
    }

    private void checkPart(JsonNode part, String path) {
        long data = DATA.stream().filter(part::has).count();
        require(
                data > 0,
                path,
                "* GenerateContentRequest." + path
                        + ".data: required oneof field 'data' must have one initialized field");
        require(data == 1, path, "Invalid value at '" + path + "' (oneof), oneof field 'data' is already set.");
        String signature = part.path("thoughtSignature").asString("");
        require(
                signature.isEmpty() || Base64Text.isBytes(signature),
                path + ".thought_signature",
                "Invalid value at '" + path + ".thought_signature' (TYPE_BYTES), Base64 decoding failed.");
        for (String name : List.of("functionCall", "functionResponse")) {
            String at = path + "." + ProtoMessages.snake(name);
            require(
                    !part.has(name)
                            || !part.path(name).path("name").asString("").isEmpty(),
                    at + ".name",
                    "* GenerateContentRequest." + at + ".name: Name cannot be empty.");
        }
        require(
                model.mediaResolutionPerPart() || !part.has("mediaResolution"),
                path + ".media_resolution",
                path + ".media_resolution: Media resolution per part is not supported by this model.");
        require(
                !part.has("functionResponse") || part.path("functionResponse").has("response"),
                path + ".function_response.response",
                path + ".function_response.response: response is required.");
        require(
                model.mediaInToolResults()
                        || part.path("functionResponse").path("parts").isEmpty(),
                path,
                path + ".function_response.parts: media in function responses are not supported by this model.");
        checkReferences(part.path("functionResponse"), path + ".function_response.response");
    }

    /** A response may refer to its own media alone. */
    private static void checkReferences(JsonNode result, String path) {
        Set<String> names = result.path("parts")
                .valueStream()
                .map(part -> part.path(part.has("inlineData") ? "inlineData" : "fileData")
                        .path(PartReferences.NAME)
                        .asString(""))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
        for (JsonNode reference : PartReferences.of(result.path("response"))) {
            require(
                    reference.isString() && names.contains(reference.stringValue()),
                    path,
                    "The referenced name `" + MessageText.plain(reference.asString(""))
                            + "` in function_response.response does not match to a display_name in the"
                            + " function_response.parts.");
        }
    }

    private void checkTurns() {
        for (int i = 0; i < turns.size(); i++) {
            NativeTurn turn = turns.get(i);
            List<JsonNode> asked = i == 0 ? List.of() : turns.get(i - 1).parts("functionCall");
            require(
                    turn.parts("functionResponse").isEmpty() || (!asked.isEmpty() && !turn.isModels()),
                    "contents[" + turn.placeOf("functionResponse") + "]",
                    "Please ensure that function response turn comes immediately after a function call turn.");
            checkCalls(i, turn.parts("functionCall"));
        }
    }

    private void checkCalls(int at, List<JsonNode> calls) {
        if (calls.isEmpty()) {
            return;
        }
        String path = "contents[" + turns.get(at).placeOf("functionCall") + "]";
        require(
                at > 0 && turns.get(at).isModels(),
                path,
                "Please ensure that function call turn comes immediately after a user turn or after a function response"
                        + " turn.");
        NativeTurn next = at + 1 < turns.size() ? turns.get(at + 1) : null;
        List<JsonNode> results = next == null ? List.of() : next.parts("functionResponse");
        if (next == null || calls.size() != results.size()) {
            throw refuse(
                    path,
                    "Please ensure that the number of function response parts is equal to the number of function call parts of"
                            + " the function call turn.");
        }
        String resultsPath = "contents[" + next.placeOf("functionResponse") + "]";
        NativeTurn.match(calls, results, (result, call) -> checkResult(result, call, resultsPath));
    }

    private static void checkResult(JsonNode part, @Nullable JsonNode call, String path) {
        JsonNode result = part.path("functionResponse");
        if (call == null) {
            throw refuse(
                    path,
                    path + ": there is no function call with the id `"
                            + shown(result.path("id").asString(""))
                            + "` in the function call turn that is not answered yet.");
        }
        require(
                call.path("functionCall").path("name").equals(result.path("name")),
                path,
                path
                        + ": Please ensure that function response parts have the names of the function call parts of the function"
                        + " call turn, in their order: `"
                        + shown(result.path("name").asString("")) + "` answers `" + name(call) + "`.");
    }

    /** Each step's first call since the user last spoke (protocol 2.4). */
    private void checkSignatures() {
        for (NativeTurn turn : turns.subList(NativeTurn.currentFrom(turns), turns.size())) {
            List<JsonNode> calls = turn.parts("functionCall");
            int place = turn.placeOf("functionCall");
            require(
                    calls.isEmpty() || calls.getFirst().has("thoughtSignature"),
                    "contents[" + place + "]",
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools to"
                            + " work correctly: send the parts of the model's turns back as they came. Function call `"
                            + (calls.isEmpty() ? "" : name(calls.getFirst())) + "`, position " + (place + 1) + ".");
        }
    }

    private static String name(JsonNode call) {
        return shown(call.path("functionCall").path("name").asString(""));
    }

    private static String role(JsonNode content) {
        return content.path("role").asString("");
    }

    private static String shown(String name) {
        return name.substring(0, Math.min(60, name.length())).replaceAll("[^A-Za-z0-9_.:-]", "?");
    }
}
