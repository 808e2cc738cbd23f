package dev.tollgate.sandbox;

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

    private final Signatures signatures;
    private final Generator generator;
    private final long paceMillis;
    private volatile ScriptInForce script;

    Planner(SandboxOptions options) {
        this.signatures = new Signatures(options.seed());
        this.generator = new Generator(options.seed(), signatures);
        this.paceMillis = options.paceMillis();
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
    List<Step> plan(Target target, JsonNode json) {
        ObjectNode body = read(target, json);
        Optional<SandboxModel> model = SandboxModel.named(target.model());
        model.ifPresent(known -> check(target, new Ask(known, body)));
        Optional<Script.Entry> entry = script.take(target.model(), target.method(), Ask.lastUserText(body));
        List<Step> steps = new ArrayList<>(entry.map(Script.Entry::respond).orElse(List.of()));
        if (entry.isEmpty() || !entry.get().decides()) {
            steps.addAll(generated(target, new Ask(target.knownModel(), body)));
        }
        return steps;
    }

    private static ObjectNode read(Target target, JsonNode json) {
        if (!target.counts()) {
            return ProtoReader.read("GenerateContentRequest", json);
        }
        ObjectNode body = ProtoReader.read("CountTokensRequest", json);
        return body.path("generateContentRequest") instanceof ObjectNode wrapped ? wrapped : body;
    }

    private static void check(Target target, Ask ask) {
        if (target.counts()) {
            RequestRules.checkContents(ask);
        } else {
            RequestRules.check(ask);
        }
    }

    private List<Step> generated(Target target, Ask ask) {
        if (target.counts()) {
            return List.of(new Step.Event(Generator.count(ask)));
        }
        signatures.check(ask);
        List<Step> steps = new ArrayList<>();
        for (ObjectNode event : generator.events(ask)) {
            if (paceMillis > 0) {
                steps.add(new Step.Delay(paceMillis));
            }
            steps.add(new Step.Event(event));
        }
        return steps;
    }
}
