package dev.tollgate.calls.schema;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonObjectReader;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.keys.KeyCaller;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Says whether a text fits a schema: a stream has ended when that can be known, so the page asks for it afterwards. Costs nothing. */
public record FitHandler(SchemaChecks checks) implements Handler<KeyCaller> {

    private record Question(ObjectNode schema, String text) {

        static Question read(byte[] body, Lease memory) {
            ObjectNode object = JsonObjectReader.read(body, ReadLimits.DEFAULT, memory);
            if (object.path("schema") instanceof ObjectNode schema
                    && object.path("text") instanceof JsonNode text
                    && text.isString()) {
                return new Question(schema, text.stringValue());
            }
            throw ApiError.invalid(null, "'schema' must be an object and 'text' a string.")
                    .asException();
        }
    }

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        Lease memory = exchange.memory();
        exchange.read(
                body -> Question.read(body, memory),
                question -> exchange.onGone(checks.check(
                        caller.accountId(),
                        question.schema(),
                        List.of(question.text()),
                        verdict -> exchange.run(() -> exchange.json(200, json(verdict))))));
    }

    private static byte[] json(Verdict verdict) {
        String word = verdict.name().toLowerCase(Locale.ROOT);
        return ApiJson.object(32, json -> json.writeStringProperty("verdict", word));
    }
}
