package dev.tollgate.upstreams.gemini;

import dev.tollgate.testing.Fuzz;
import dev.tollgate.upstreams.gemini.answers.ScannerFuzz;
import dev.tollgate.upstreams.gemini.settings.SchemaFuzz;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The readers of what strangers send, for a short while; for a long one see CONTRIBUTING.md. */
@Order(5)
class FuzzTest {

    @Test
    void any_request_is_translated_or_refused() {
        new Fuzz(
                        "request",
                        "null",
                        "true",
                        "\"role\":\"tool\"",
                        "\"tool_calls\":[]",
                        "\"type\":\"image_url\"",
                        "data:image/png;base64,",
                        "\\ud800",
                        "\"$ref\":\"#\"",
                        "\"n\":8")
                .run(RequestFuzz::fuzzerTestOneInput);
    }

    @Test
    void any_stream_is_events_and_one_end_however_it_is_cut() {
        new Fuzz(
                        "stream",
                        "\r\n\r\n",
                        "\n\n",
                        "\r",
                        "data: ",
                        "data:",
                        "{\"error\":{",
                        "\"finishReason\":\"STOP\"",
                        "\"index\":1",
                        "null",
                        "<html>",
                        "\"candidates\":[")
                .run(StreamFuzz::fuzzerTestOneInput);
    }

    @Test
    void what_the_scanner_reads_the_parser_reads_the_same_way() {
        new Fuzz(
                        "chunk",
                        "\"candidates\":[",
                        "\"content\":{\"parts\":[{\"text\":\"",
                        "\"index\":1",
                        "\"promptTokenCount\":",
                        "\"tokenCount\":",
                        "\"role\":",
                        "\\u00",
                        "\\n",
                        "null",
                        "-1.5e3",
                        "\u00e9",
                        "\ud83d\ude00")
                .run(ScannerFuzz::fuzzerTestOneInput);
    }

    @Test
    void any_schema_is_cleaned_or_refused() {
        new Fuzz(
                        "schema",
                        "{\"$ref\":\"#\"}",
                        "{\"$ref\":\"#/$defs/a\"}",
                        "\"$defs\":{\"a\":{}}",
                        "\"definitions\":{}",
                        "\"allOf\":[{}]",
                        "\"anyOf\":[{}]",
                        "\"const\":null",
                        "\"enum\":[true,null,1]",
                        "\"nullable\":true",
                        "\"type\":[\"string\",\"null\"]",
                        "true",
                        "\"items\":[{}]")
                .run(SchemaFuzz::fuzzerTestOneInput);
    }
}
