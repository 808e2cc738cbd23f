package dev.tollgate.calls;

import dev.tollgate.models.CatalogueLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model on sale, {@code parts}, whose price has every part, and another one, {@code dated}, whose price changes on a day. */
final class WholePrice {

    /** The day on which the price of {@code dated} changes. */
    static final String DAY = "2026-10-15T00:00:00-07:00";

    private static final String ROWS = """
              - id: parts
                aliases: []
                active: true
                upstream: gemini-3.1-pro-preview
                answers_as: requested
                price:
                  version: parts@1
                  input: 1000
                  output: 2000
                  cached_input: 100
                  audio_input: 3000
                  search_per_1000: 1000
                  maps_per_1000: 700
                  above: {prompt_tokens: 2000, input: 2000, output: 3000, cached_input: 200, audio_input: 6000, search_per_1000: 1000, maps_per_1000: 700}
                  tiers: {flex: 0.5, priority: 1.8}
                  reasoning: billed
                  rounding: {rule: floor-total, step: 0.000001, minimum: 0.000001}
                usage: openai
                defaults: {stream: false, include_thoughts: false, reasoning_effort: model, max_tokens: 600}
                tools: {functions: true, search: true, together: true, searches_max: 12, url_context: true, code_execution: true, tool_tokens_max: 900}
                response_format: {json: true, with_functions: true, with_search: true}

              - id: dated
                aliases: []
                active: true
                upstream: gemini-3.1-pro-preview
                answers_as: requested
                price:
                  - {version: dated@1, input: 100, output: 200, cached_input: 10, reasoning: free, rounding: {rule: floor-total, step: 0.01, minimum: 0.01}}
                  - {from: %s, version: dated@2, input: 200, output: 400, cached_input: 20, reasoning: free, rounding: {rule: floor-total, step: 0.01, minimum: 0.01}}
                usage: tokens
                defaults: {stream: false, include_thoughts: false, reasoning_effort: model, max_tokens: 600}
                tools: {functions: true, search: true, together: true}
                response_format: {json: true, with_functions: true, with_search: true}

            """.formatted(DAY);

    private WholePrice() {}

    /** Writes the built-in catalogue with both models to a file. */
    static Path catalogue(Path file) throws IOException {
        CatalogueLoader.copyBuiltIn(file);
        return Files.writeString(file, Files.readString(file).replaceFirst("\n  - id: ", "\n" + ROWS + "  - id: "));
    }
}
