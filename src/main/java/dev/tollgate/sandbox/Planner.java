package dev.tollgate.sandbox;

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
    private final Signatures signatures;
    private final Answers answers;
    private final Library library;
    private final Times times = new Times();
    private volatile ScriptInForce script;

    Planner(SandboxOptions options, Library library) {
        this.clock = options.clock();
        this.signatures = new Signatures(options.seed());
        this.answers = new Answers(new Generator(options.seed(), signatures, options.clock()), options.paceMillis());
        this.library = library;
        this.script = new ScriptInForce(options.script());
    }

    void script(Script replacement) {
        script = new ScriptInForce(replacement);
    }

    /**
     * Parses JSON.
     *
     * @throws GoogleError.Refusal 400 where it is none
     */
    static JsonNode parse(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw GoogleError.invalid("Invalid JSON payload received. " + e.getOriginalMessage())
                    .asRefusal();
        }
    }

    /**
     * The steps of an answer.
     *
     * <p>A scripted answer is given to requests that Google would take; only signatures are not looked at then, as those
     * in a script are made up, nor is the name of the model.
     *
     * @throws GoogleError.Refusal where Google would refuse
     */
    List<Step> plan(Target target, Caller caller, JsonNode json) {
        ObjectNode body = read(target, json);
        Optional<Ask> ask = target.answering(clock.instant())
                .map(model -> checked(target, new Ask(model, body, Terms.of(target, caller))));
        String asked = Ask.lastUserText(body);
        Optional<Script.Entry> entry = script.take(target, asked);
        List<Step> steps = new ArrayList<>(entry.map(Script.Entry::respond).orElse(List.of()));
        if (entry.isEmpty() || !entry.get().decides()) {
            Knobs knobs = knobs(target, caller, asked)
                    .and(Knobs.parse(entry.map(Script.Entry::knobs).orElse("")));
            Ask known = ask.orElseThrow(() -> new IllegalStateException(
                    target.knownModel(clock.instant()).name() + " was not looked at")); // knownModel has thrown
            steps.addAll(generated(target, known.with(known.terms().withKnobs(knobs))));
        }
        return steps;
    }

    private Knobs knobs(Target target, Caller caller, String asked) {
        try {
            Knobs written = Knobs.parse(target.knobs()).and(Knobs.marked(asked));
            return times.still(caller, target, written);
        } catch (IllegalArgumentException e) {
            throw GoogleError.invalid("The sandbox was asked for what it cannot do: " + e.getMessage())
                    .asRefusal();
        }
    }

    private static ObjectNode read(Target target, JsonNode json) {
        if (!target.counts()) {
            return ProtoReader.read("GenerateContentRequest", json, target.vertex());
        }
        ObjectNode body = ProtoReader.read("CountTokensRequest", json, target.vertex());
        boolean wrapped = body.has("generateContentRequest");
        RequestRules.require(
                !wrapped || !body.has("contents"),
                "* CountTokensRequest: only one of contents and generate_content_request may be set.");
        return wrapped ? (ObjectNode) body.get("generateContentRequest") : body;
    }

    /** With the files that are named. A cache that is named is nobody's: the sandbox keeps none. */
    private Ask checked(Target target, Ask ask) {
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

    private List<Step> generated(Target target, Ask ask) {
        if (target.counts()) {
            return List.of(new Step.Event(Generator.count(ask)));
        }
        signatures.check(ask);
        return answers.steps(ask);
    }
}
