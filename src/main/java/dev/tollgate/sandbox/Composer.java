package dev.tollgate.sandbox;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Decides what kind of answer a request gets. */
final class Composer {

    private Composer() {}

    static Draft compose(Ask ask) {
        List<ObjectNode> calls = CallChoice.calls(ask);
        if (!calls.isEmpty()) {
            return Draft.calls(calls);
        }
        Prompt prompt = new Prompt(ask.prompt());
        if (ask.json() || !ask.responseSchema().isMissingNode()) {
            return Draft.text(structured(ask, prompt));
        }
        return ask.hasTool("googleSearch") ? SearchAnswer.of(prompt) : Draft.text(AnswerText.of(ask));
    }

    private static String structured(Ask ask, Prompt prompt) {
        JsonNode schema = ask.responseSchema();
        if (schema.isMissingNode()) {
            return Json.write(Json.object().put("answer", AnswerText.of(ask)));
        }
        JsonNode value = SchemaSample.of(schema, prompt);
        return ask.json() ? Json.write(value) : value.asString("");
    }
}
