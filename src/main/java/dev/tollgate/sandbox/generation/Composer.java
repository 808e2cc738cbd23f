package dev.tollgate.sandbox.generation;

import dev.tollgate.sandbox.requests.GoogleRequest;
import dev.tollgate.sandbox.samples.Prompt;
import dev.tollgate.sandbox.samples.SchemaSample;
import dev.tollgate.sandbox.scripting.Knob;
import dev.tollgate.sandbox.wire.JsonTrees;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Decides what kind of answer a request gets. */
final class Composer {

    private Composer() {}

    static DraftAnswer compose(GoogleRequest ask) {
        Optional<DraftAnswer> job = AgentJob.of(ask).map(AgentJob::next);
        if (job.isPresent()) {
            return job.get();
        }
        List<ObjectNode> calls = CallChoice.calls(ask);
        if (!calls.isEmpty()) {
            return DraftAnswer.calls(calls);
        }
        Prompt prompt = new Prompt(ask.prompt());
        if (ask.json() || !ask.responseSchema().isMissingNode()) {
            return DraftAnswer.text(structured(ask, prompt));
        }
        return ask.hasTool("googleSearch")
                ? SearchAnswer.of(prompt, ask.terms().knobs().number(Knob.SEARCHES, 1))
                : DraftAnswer.text(AnswerText.of(ask));
    }

    private static String structured(GoogleRequest ask, Prompt prompt) {
        JsonNode schema = ask.responseSchema();
        if (schema.isMissingNode()) {
            return JsonTrees.write(JsonTrees.object().put("answer", AnswerText.of(ask)));
        }
        JsonNode value = SchemaSample.of(schema, prompt);
        return ask.json() ? JsonTrees.write(value) : value.asString("");
    }
}
