package dev.tollgate.sandbox;

import dev.tollgate.sandbox.generation.AnswerSteps;
import dev.tollgate.sandbox.generation.Embeddings;
import dev.tollgate.sandbox.generation.Generator;
import dev.tollgate.sandbox.generation.PromptTokens;
import dev.tollgate.sandbox.requests.ContinuationTokens;
import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.requests.RequestRules;
import dev.tollgate.sandbox.requests.Terms;
import dev.tollgate.sandbox.requests.ThoughtSignatures;
import dev.tollgate.sandbox.routes.CallingProject;
import dev.tollgate.sandbox.routes.EmbeddingModel;
import dev.tollgate.sandbox.routes.Target;
import dev.tollgate.sandbox.scripting.KnobSettings;
import dev.tollgate.sandbox.scripting.KnobSettings.KnobUses;
import dev.tollgate.sandbox.scripting.Script;
import dev.tollgate.sandbox.scripting.Script.ScriptInForce;
import dev.tollgate.sandbox.scripting.Step;
import dev.tollgate.sandbox.wire.GoogleError;
import dev.tollgate.sandbox.wire.JsonTrees;
import dev.tollgate.sandbox.wire.ProtoMessageReader;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns a request into the steps of its answer: checks it, then takes the script's entry or generates. Does no I/O; safe
 * for any thread.
 */
final class Planner {

    private final InstantSource clock;
    private final ThoughtSignatures signatures;
    private final AnswerSteps answers;
    private final Embeddings embeddings;
    private final Library library;
    private final KnobUses times = new KnobUses();
    private volatile ScriptInForce script;

    Planner(SandboxOptions options, Library library) {
        this.clock = options.clock();
        this.signatures = new ThoughtSignatures(options.seed());
        this.answers = new AnswerSteps(
                new Generator(options.seed(), signatures, options.clock()),
                new ContinuationTokens(options.seed()),
                options.paceMillis());
        this.embeddings = new Embeddings(options.seed());
        this.library = library;
        this.script = new ScriptInForce(options.script());
    }

    void script(Script replacement) {
        script = new ScriptInForce(replacement);
    }

    /**
     * Parses JSON.
     *
     * @throws GoogleError.Failure 400 if it is none
     */
    static JsonNode parse(byte[] body) {
        try {
            return JsonTrees.MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw GoogleError.invalid("Invalid JSON payload received. " + e.getOriginalMessage())
                    .asRefusal();
        }
    }

    /**
     * The steps of an answer.
     *
     * <p>A scripted answer is given to requests that Google would take; only signatures and continuation tokens are not looked
     * at then, as those in a script are made up, nor is the name of the model.
     *
     * @param requestType Vertex AI's header for the service tier; empty without one
     * @param apiClient the header by which Google's clients name themselves; empty without one
     * @throws GoogleError.Failure where Google would refuse
     */
    List<Step> plan(Target target, CallingProject caller, String requestType, String apiClient, JsonNode json) {
        if (target.embeds()
                || (target.counts() && EmbeddingModel.named(target.model()).isPresent())) {
            return planEmbeddings(target, caller, json);
        }
        ObjectNode body = read(target, json);
        Optional<GoogleRequest> ask = target.answering(clock.instant())
                .map(model -> checked(
                        target,
                        new GoogleRequest(model, body, Terms.of(target, caller).withHeaders(requestType, apiClient))));
        String asked = GoogleRequest.lastUserText(body);
        Optional<Script.Entry> entry = script.take(target, asked);
        List<Step> steps = new ArrayList<>(entry.map(Script.Entry::respond).orElse(List.of()));
        if (entry.isEmpty() || !entry.get().decides()) {
            KnobSettings knobs = knobs(target, caller, GoogleRequest.asked(body))
                    .and(KnobSettings.parse(entry.map(Script.Entry::knobs).orElse("")));
            GoogleRequest known = ask.orElseThrow(() -> new IllegalStateException(
                    target.knownModel(clock.instant()).name() + " was not looked at")); // knownModel has thrown
            steps.addAll(generated(target, known.with(known.terms().withKnobs(knobs))));
        }
        return steps;
    }

    private List<Step> planEmbeddings(Target target, CallingProject caller, JsonNode json) {
        EmbeddingModel model = target.knownEmbeddingModel();
        ObjectNode body = target.counts() ? read(target, json) : readEmbeddings(target, json);
        JsonNode first = body.path("requests").path(0).path("content");
        String asked = GoogleRequest.textOf(first.isMissingNode() ? body.path("content") : first);
        Optional<Script.Entry> entry = script.take(target, asked);
        List<Step> steps = new ArrayList<>(entry.map(Script.Entry::respond).orElse(List.of()));
        if (entry.isEmpty() || !entry.get().decides()) {
            KnobSettings knobs = knobs(target, caller, asked)
                    .and(KnobSettings.parse(entry.map(Script.Entry::knobs).orElse("")));
            ObjectNode answer = target.counts()
                    ? Embeddings.count(body)
                    : embeddings.answer(model, target.method(), body, target.vertex());
            steps.addAll(
                    target.counts() ? List.of(new Step.Fixed(answer)) : answers.steps(knobs, model.name(), answer));
        }
        return steps;
    }

    private static ObjectNode readEmbeddings(Target target, JsonNode json) {
        String type =
                switch (target.method()) {
                    case "batchEmbedContents" -> "BatchEmbedContentsRequest";
                    case "predict" -> "PredictRequest";
                    default -> "EmbedContentRequest";
                };
        boolean known = target.vertex()
                ? !target.method().startsWith("batch")
                : !target.method().equals("predict");
        if (!known) {
            throw GoogleError.of(404).asRefusal();
        }
        return ProtoMessageReader.read(type, json, target.vertex());
    }

    private KnobSettings knobs(Target target, CallingProject caller, String asked) {
        try {
            KnobSettings written = KnobSettings.parse(target.knobs()).and(KnobSettings.marked(asked));
            return times.still(caller, target, written);
        } catch (IllegalArgumentException e) {
            throw GoogleError.invalid("The sandbox was asked for what it cannot do: " + e.getMessage())
                    .asRefusal();
        }
    }

    private static ObjectNode read(Target target, JsonNode json) {
        if (!target.counts()) {
            return ProtoMessageReader.read("GenerateContentRequest", json, target.vertex());
        }
        ObjectNode body = ProtoMessageReader.read("CountTokensRequest", json, target.vertex());
        boolean wrapped = body.has("generateContentRequest");
        GoogleError.require(
                !wrapped || !body.has("contents"),
                "* CountTokensRequest: only one of contents and generate_content_request may be set.");
        return wrapped ? (ObjectNode) body.get("generateContentRequest") : body;
    }

    /** Adds the files that the request names. A named cache is always unknown: the sandbox keeps none. */
    private GoogleRequest checked(Target target, GoogleRequest ask) {
        if (ask.body().has("cachedContent")) {
            throw GoogleError.forbidden("CachedContent not found (or permission denied)")
                    .asRefusal();
        }
        if (target.counts()) {
            RequestRules.checkContents(ask);
        } else {
            RequestRules.check(ask);
        }
        return ask.with(ask.terms().withFiles(library.files(ask)));
    }

    private List<Step> generated(Target target, GoogleRequest ask) {
        if (target.counts()) {
            return List.of(new Step.Fixed(Generator.count(ask)));
        }
        signatures.check(ask);
        PromptTokens.checkContext(ask);
        return answers.steps(ask);
    }
}
