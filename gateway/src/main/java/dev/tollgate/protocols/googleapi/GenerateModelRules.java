package dev.tollgate.protocols.googleapi;

import static dev.tollgate.protocols.googleapi.NativeRequestReader.require;

import dev.tollgate.base.conversation.OutputWish;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.Voices;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.models.Model;
import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.protocols.door.ModelRules;
import dev.tollgate.protocols.door.ModelRules.Lack;
import dev.tollgate.upstreams.pool.NativeAsk;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks a native request against the catalogue's row of its model, in Google's words. Everything that is known in advance is refused here, before money moves (D2). */
final class GenerateModelRules {

    private static final String JSON = "application/json";
    private static final String MIME_TYPE = "generation_config.response_mime_type";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.:-]{0,127}");
    private static final Set<String> MIME_TYPES = Set.of("", "text/plain", JSON, "text/x.enum");
    private static final String MODALITIES = "generation_config.response_modalities";
    private static final String SPEECH = "generation_config.speech_config";
    private static final String CHOICE = "tool_config.function_calling_config";

    private final Model model;
    private final UpstreamModel upstream;
    private final NativeRequest request;
    private final ModelRules.Abilities abilities;

    private GenerateModelRules(Model model, NativeRequest request) {
        this.model = model;
        this.upstream = model.upstream();
        this.request = request;
        // Functions and tools together bring parts of the upstream's own, which cannot be sent back in this form
        // (protocol 1.4).
        this.abilities =
                new ModelRules.Abilities(model, request.hasFunctions(), request.providerTools(), false, this::refusal);
    }

    /** @throws dev.tollgate.base.error.ApiException a 400 that names the field */
    static void check(Model model, NativeRequest request) {
        GenerateModelRules rules = new GenerateModelRules(model, request);
        rules.checkSpeech();
        rules.checkTools();
        rules.checkFormat();
        rules.checkSampling();
        rules.checkThinking();
    }

    /** A model that makes speech makes it of text, and nothing else. */
    private void checkSpeech() {
        OutputWish wish = request.output();
        String sound = wish.sound();
        if (sound != null && !model.speaks()) {
            throw NativeRequestReader.refuse(
                    sound,
                    sound + ": model '" + model.id() + "' does not answer in AUDIO. GET"
                            + " /v1/models?output_modalities=audio lists models that do.");
        }
        require(
                !model.speaks() || wish.wanted() == null && !wish.isText(),
                MODALITIES,
                MODALITIES + ": must be AUDIO alone, model '" + model.id() + "' makes nothing else.");
        require(
                !model.speaks() || !request.hasMedia(),
                "contents",
                "contents: must be text alone, which model '" + model.id() + "' speaks.");
        if (model.speaks()) {
            JsonNode speech = request.config().path("speechConfig");
            checkVoice(speech.path("voiceConfig"), SPEECH);
            JsonNode speakers = speech.path("multiSpeakerVoiceConfig").path("speakerVoiceConfigs");
            for (int i = 0; i < speakers.size(); i++) {
                checkVoice(
                        speakers.get(i).path("voiceConfig"),
                        SPEECH + ".multi_speaker_voice_config.speaker_voice_configs[" + i + "]");
            }
        }
    }

    private static void checkVoice(JsonNode voice, String path) {
        String name = voice.path("prebuiltVoiceConfig").path("voiceName").asString("");
        String field = path + ".voice_config.prebuilt_voice_config.voice_name";
        require(
                name.isEmpty() || Voices.find(name) != null,
                field,
                field + ": '" + MessageText.plain(name) + "' is no voice; allowed is one of "
                        + String.join(", ", Voices.ALL) + ".");
    }

    private void checkTools() {
        abilities.checkTools();
        checkChoice(checkDeclarations());
    }

    /** @return the names of the functions */
    private Set<String> checkDeclarations() {
        Set<String> names = new HashSet<>();
        JsonNode tools = request.tools();
        for (int t = 0; t < tools.size(); t++) {
            JsonNode declarations = tools.get(t).path("functionDeclarations");
            for (int d = 0; d < declarations.size(); d++) {
                String at = "tools[" + t + "].function_declarations[" + d + "]";
                JsonNode declaration = declarations.get(d);
                require(
                        !(declaration.has("parameters") && declaration.has("parametersJsonSchema")),
                        at,
                        at + ": only one of parameters and parameters_json_schema can be set.");
                require(
                        !(declaration.has("response") && declaration.has("responseJsonSchema")),
                        at,
                        at + ": only one of response and response_json_schema can be set.");
                checkSchemas(declaration, at);
                String name = declaration.path("name").asString("");
                require(
                        NAME.matcher(name).matches(),
                        at + ".name",
                        at
                                + ".name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z,"
                                + " 0-9), underscores (_), dots (.), colons (:) or dashes (-), with a maximum length of 128.");
                require(names.add(name), at + ".name", "Duplicate function declaration found: " + name);
            }
        }
        return names;
    }

    /** Checks the schemas of a function. Its {@code response} schema may be anything, including empty objects and arrays (D55). */
    private static void checkSchemas(JsonNode declaration, String at) {
        if (declaration.has("parameters")) {
            require(
                    declaration.path("parameters").has("type")
                            || !declaration.path("parameters").has("anyOf"),
                    at + ".parameters",
                    at + ".parameters: the schema of a function's parameters must be of type OBJECT.");
            SchemaRules.check(declaration.path("parameters"), at + ".parameters");
        }
        JsonNode schema = declaration.path("parametersJsonSchema");
        String path = at + ".parameters_json_schema";
        require(
                schema.isMissingNode() || schema.path("type").asString("").equals("object"),
                path,
                path + ": the schema of a function's parameters must be of type object.");
        SchemaRules.checkJson(schema, path);
    }

    private void checkChoice(Set<String> names) {
        JsonNode choice = request.functionCalling();
        String mode = choice.path("mode").asString("");
        require(
                !mode.equals("ANY") || !names.isEmpty(),
                CHOICE + ".mode",
                CHOICE + ".mode: ANY needs function_declarations.");
        require(
                choice.isMissingNode() || !names.isEmpty(),
                CHOICE,
                CHOICE + ": Function calling config is set without function_declarations.");
        JsonNode allowed = choice.path("allowedFunctionNames");
        require(
                allowed.isEmpty() || mode.equals("ANY") || mode.equals("VALIDATED"),
                CHOICE + ".allowed_function_names",
                CHOICE + ".allowed_function_names: only with mode ANY or VALIDATED.");
        for (JsonNode name : allowed) {
            require(
                    names.contains(name.asString("")),
                    CHOICE + ".allowed_function_names",
                    CHOICE + ".allowed_function_names: '" + name.asString("")
                            + "' is not among the function_declarations.");
        }
    }

    private void checkFormat() {
        JsonNode config = request.config();
        require(
                !(config.has("responseSchema") && config.has("responseJsonSchema")),
                "generation_config",
                "Only one of generation_config.response_schema and response_json_schema can be set.");
        SchemaRules.check(config.path("responseSchema"), "generation_config.response_schema");
        SchemaRules.checkJson(config.path("responseJsonSchema"), "generation_config.response_json_schema");
        require(
                MIME_TYPES.contains(config.path("responseMimeType").asString("")),
                MIME_TYPE,
                MIME_TYPE + ": allowed mimetypes are `text/plain`, `application/json` and `text/x.enum`.");
        if (!config.path("responseMimeType").asString("").equals(JSON)) {
            require(
                    !config.has("responseSchema") && !config.has("responseJsonSchema"),
                    MIME_TYPE,
                    MIME_TYPE + ": a response schema needs '" + JSON + "'.");
            return;
        }
        abilities.checkJson();
    }

    private void checkSampling() {
        UpstreamModel.SamplingLack lack = NativeAsk.lacks(upstream, request.candidates(), request.config());
        if (lack != null) {
            throw refusal(lack);
        }
    }

    private ApiException refusal(UpstreamModel.SamplingLack lack) {
        return switch (lack) {
            case CANDIDATES ->
                NativeRequestReader.refuse(
                        "generation_config.candidate_count",
                        upstream.candidatesMax() == 1
                                ? "Multiple candidates is not enabled for this model"
                                : "generation_config.candidate_count: at most " + upstream.candidatesMax()
                                        + " candidates with this model.");
            case PRESENCE_PENALTY ->
                NativeRequestReader.refuse(
                        "generation_config.presence_penalty", "Penalty is not enabled for this model");
            case FREQUENCY_PENALTY ->
                NativeRequestReader.refuse(
                        "generation_config.frequency_penalty", "Penalty is not enabled for this model");
            case LOGPROBS ->
                NativeRequestReader.refuse(
                        "generation_config.response_logprobs", "Logprobs is not enabled for this model");
        };
    }

    private ApiException refusal(Lack lack, @Nullable ProviderTool tool) {
        String field =
                switch (lack) {
                    case FUNCTIONS, TOOL, TOOL_WITH_FUNCTIONS -> "tools";
                    case JSON, JSON_WITH_FUNCTIONS, JSON_WITH_TOOLS -> MIME_TYPE;
                };
        return NativeRequestReader.refuse(field, sentence(lack, tool == null ? "" : tool.snake()));
    }

    private String sentence(Lack lack, String tool) {
        return switch (lack) {
            case FUNCTIONS -> "tools: model '" + model.id() + "' takes google_search only, no function declarations.";
            case TOOL -> "tools: model '" + model.id() + "' does not support " + tool + ".";
            case TOOL_WITH_FUNCTIONS ->
                "Tool use with function calling is unsupported: leave out " + tool + " or the function declarations.";
            case JSON -> "JSON mode is not supported by model '" + model.id() + "'.";
            case JSON_WITH_FUNCTIONS -> "Function calling with a response mime type: '" + JSON + "' is unsupported";
            case JSON_WITH_TOOLS -> "Tool use with a response mime type: '" + JSON + "' is unsupported";
        };
    }

    private void checkThinking() {
        JsonNode thinking = request.config().path("thinkingConfig");
        boolean hasBudget = thinking.has("thinkingBudget");
        boolean hasLevel = thinking.has("thinkingLevel");
        require(
                !(hasBudget && hasLevel),
                "generation_config.thinking_config",
                "You can only set one of thinking_budget and thinking_level.");
        if (hasBudget) {
            checkBudget(thinking.path("thinkingBudget").intValue());
        } else if (hasLevel) {
            checkLevel(thinking.path("thinkingLevel").asString());
        }
    }

    private void checkBudget(int budget) {
        UpstreamModel said = upstream.translatesBudgets() ? upstream.asked() : upstream;
        boolean taken =
                switch (said.thinking()) {
                    case Thinking.Budget rule ->
                        budget == -1
                                || (budget >= rule.budgetMin() && budget <= rule.budgetMax())
                                || (budget == 0 && rule.byEffort().containsValue(0L));
                    case Thinking.Level rule -> // kept for older clients
                        rule.budgets()
                                && (budget == -1
                                        || (budget >= Thinking.Level.BUDGET_MIN
                                                && budget <= Thinking.Level.BUDGET_MAX));
                    case Thinking.None rule -> false;
                };
        require(
                taken,
                "generation_config.thinking_config.thinking_budget",
                "generation_config.thinking_config.thinking_budget: " + budget + " is not taken by this model.");
    }

    private void checkLevel(String level) {
        Set<String> levels = upstream.thinking() instanceof Thinking.Level rule
                ? Set.copyOf(rule.byEffort().values())
                : Set.of();
        require(
                levels.contains(level),
                "generation_config.thinking_config.thinking_level",
                levels.isEmpty()
                        ? "Thinking level is not supported for this model."
                        : "generation_config.thinking_config.thinking_level: this model takes "
                                + String.join(", ", levels.stream().sorted().toList()) + ".");
    }
}
