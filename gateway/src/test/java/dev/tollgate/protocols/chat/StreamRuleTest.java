package dev.tollgate.protocols.chat;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.config.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decisions D1 and D52, row by row. */
class StreamRuleTest {

    private static final String AI_SDK = "ai/7.0.1 ai-sdk-provider-utils/4.0.0 runtime/node.js/20";

    private final StreamRule form = new StreamRule(
            new Settings.JsonClients(true, List.of("x-stainless-lang"), List.of("ai-sdk"), List.of("node")));

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "curl gets the model's default, a stream        | -     | true  | */*                           | -    | curl/8.5  | true",
                "curl gets the model's default, JSON            | -     | false | */*                           | -    | curl/8.5  | false",
                "no Accept header at all                        | -     | true  | -                             | -    | -         | true",
                "Accept JSON only                               | -     | true  | application/json              | -    | x         | false",
                "Accept JSON in any case, with a quality        | -     | true  | Application/JSON;q=0.9        | -    | x         | false",
                "Accept JSON or anything                        | -     | true  | application/json, */*         | -    | x         | false",
                "axios                                          | -     | true  | application/json, text/plain, */* | - | axios/1.9.0 | false",
                "another kind of JSON                           | -     | true  | application/json-seq, */*     | -    | x         | true",
                "the fetch of Node.js                           | -     | true  | */*                           | -    | node      | false",
                "the fetch of Node.js with a version            | -     | true  | */*                           | -    | my-app/1 Node/22 | false",
                "a product that only begins like one            | -     | true  | */*                           | -    | node-fetch/1.0 (+node.example) | true",
                "a product that only ends like one              | -     | true  | */*                           | -    | my-node/1 | true",
                "an explicit true wins over a product           | true  | true  | */*                           | -    | node      | true",
                "Accept JSON or a stream                        | -     | true  | application/json, text/event-stream | - | x      | true",
                "Accept a stream where the model defaults to JSON | -   | false | text/event-stream             | -    | x         | true",
                "an official SDK that omits stream              | -     | true  | application/json              | js   | OpenAI/JS | false",
                "an official SDK that accepts anything          | -     | true  | */*                           | java | OpenAI/Java | false",
                "the AI SDK                                     | -     | true  | */*                           | -    | AI        | false",
                "an explicit true wins over an SDK              | true  | false | application/json              | js   | AI        | true",
                "an explicit false wins over Accept             | false | true  | text/event-stream             | -    | curl/8.5  | false",
            })
    void the_form_of_the_answer(
            String name,
            @Nullable Boolean stream,
            boolean modelDefault,
            @Nullable String accept,
            @Nullable String stainless,
            @Nullable String userAgent,
            boolean expected) {
        Map<String, String> headers = new HashMap<>();
        headers.put("accept", accept);
        headers.put("x-stainless-lang", stainless);
        headers.put("user-agent", "AI".equals(userAgent) ? AI_SDK : userAgent);
        assertThat(form.streams(stream, modelDefault, headers::get)).isEqualTo(expected);
    }
}
