package dev.tollgate.sandbox.requests;

import static dev.tollgate.sandbox.requests.RequestRules.MESSAGE;
import static dev.tollgate.sandbox.wire.GoogleError.require;

import dev.tollgate.sandbox.routes.ImageLimits;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.ProtoTypes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The rules by which Google refuses tools and toolConfig (protocol 1.4). */
final class ToolRules {

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.:-]{0,127}");
    private static final int DECLARATIONS_MAX = 512;
    private static final List<String> BUILT_IN =
            List.of("googleSearch", "urlContext", "codeExecution", "googleMaps", "fileSearch", "enterpriseWebSearch");

    private ToolRules() {}

    static void check(GoogleRequest ask) {
        boolean vertex = ask.terms().vertex();
        JsonNode tools = ask.body().path("tools");
        for (int t = 0; t < tools.size(); t++) {
            JsonNode declarations = tools.get(t).path("functionDeclarations");
            for (int d = 0; d < declarations.size(); d++) {
                checkDeclaration(declarations.get(d), "tools[" + t + "].function_declarations[" + d + "]", vertex);
            }
        }
        checkNames(ask.declarations());
        checkChoice(ask);
        checkCombinations(ask);
    }

    private static void checkDeclaration(JsonNode declaration, String path, boolean vertex) {
        String name = JsonTrees.text(declaration, "name");
        require(
                NAME.matcher(name).matches(),
                MESSAGE + path + ".name: Invalid function name. Must start with a letter or an underscore. Must be"
                        + " alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:) or dashes (-), with a"
                        + " maximum length of 128.");
        require(
                !(declaration.has("parameters") && declaration.has("parametersJsonSchema")),
                MESSAGE + path + ": only one of parameters and parameters_json_schema may be set.");
        require(
                !(declaration.has("response") && declaration.has("responseJsonSchema")),
                MESSAGE + path + ": only one of response and response_json_schema may be set.");
        if (declaration.has("parameters")) {
            GoogleSchemaRules.check(declaration.get("parameters"), MESSAGE + path + ".parameters", vertex);
        }
        JsonNode schema = declaration.path("parametersJsonSchema");
        GoogleSchemaRules.checkJson(schema, MESSAGE + path + ".parameters_json_schema");
        require(
                schema.isMissingNode() || JsonTrees.text(schema, "type").equals("object"),
                MESSAGE + path + ".parameters_json_schema: the schema of a function's parameters must be of type"
                        + " object.");
    }

    private static void checkNames(List<JsonNode> declarations) {
        require(
                declarations.size() <= DECLARATIONS_MAX,
                MESSAGE + "tools: at most " + DECLARATIONS_MAX + " function declarations are allowed.");
        Set<String> names = new HashSet<>();
        for (JsonNode declaration : declarations) {
            String name = JsonTrees.text(declaration, "name");
            require(names.add(name), "Duplicate function declaration found: " + name);
        }
    }

    private static void checkChoice(GoogleRequest ask) {
        JsonNode choice = ask.functionCalling();
        if (choice.isMissingNode()) {
            return;
        }
        require(!ask.declarations().isEmpty(), "Function calling config is set without function_declarations.");
        JsonNode allowed = choice.path("allowedFunctionNames");
        require(
                allowed.isEmpty() || ask.mode().equals("ANY") || ask.mode().equals("VALIDATED"),
                MESSAGE + "tool_config.function_calling_config.allowed_function_names: allowed function names should"
                        + " only be set when the function calling mode is ANY or VALIDATED.");
        Set<String> declared = new HashSet<>();
        ask.declarations().forEach(declaration -> declared.add(JsonTrees.text(declaration, "name")));
        for (JsonNode name : allowed) {
            require(
                    declared.contains(name.stringValue()),
                    MESSAGE + "tool_config.function_calling_config.allowed_function_names: `" + name.stringValue()
                            + "` is not found in function_declarations.");
        }
    }

    private static void checkEnabled(GoogleRequest ask, String what, boolean holds) {
        require(holds, what + " is not enabled for models/" + ask.model().name());
    }

    private static void checkCombinations(GoogleRequest ask) {
        require(
                !ask.hasTool("googleSearchRetrieval"),
                "google_search_retrieval is not supported; please use google_search field instead.");
        boolean builtIn = BUILT_IN.stream().anyMatch(ask::hasTool);
        boolean functions = !ask.declarations().isEmpty();
        boolean mixes = ask.model().gemini3();
        ImageLimits images = ask.model().images();
        if (images.makesImages()) {
            checkEnabled(ask, "Function calling", !functions);
            BUILT_IN.forEach(tool -> checkEnabled(
                    ask,
                    ProtoTypes.snake(tool),
                    !ask.hasTool(tool) || tool.equals("googleSearch") && images.searches()));
        }
        require(
                !ask.terms().vertex()
                        || !ask.hasTool("codeExecution")
                        || BUILT_IN.stream().filter(ask::hasTool).count() == 1,
                "Multiple tools are supported only when they are all search tools.");
        boolean serverSide = ask.body()
                .path("toolConfig")
                .path("includeServerSideToolInvocations")
                .asBoolean(false);
        require(!(builtIn && functions) || (mixes && serverSide), "Tool use with function calling is unsupported");
        require(
                mixes || !functions || !ask.json(),
                "Function calling with a response mime type: 'application/json' is unsupported");
        require(
                mixes || !builtIn || !ask.json(),
                "Tool use with a response mime type: 'application/json' is unsupported");
    }
}
