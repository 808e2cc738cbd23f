package dev.tollgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The catalogue the gateway runs with: one entry for each kind of answer, sold under the upstream's own name. */
final class ModelsFile {
    private static final String IMAGES = "images: {sizes: {1K: 1120}, size: 1K, ratios: [\"1:1\"], inputs: 14}";

    private ModelsFile() {}

    static Path write(Path file) throws IOException {
        return write(file, Map.of());
    }

    /** @param others further models that are sold, by id, each under its upstream's name */
    static Path write(Path file, Map<String, String> others) throws IOException {
        Map<String, String> sold = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            sold.put(kind.model(), kind.model());
        }
        sold.putAll(others);
        return Files.writeString(file, text(sold));
    }

    private static String text(Map<String, String> sold) {
        return "created: 2026-11-01T00:00:00Z\n\nmodels:\n"
                + sold.entrySet().stream()
                        .map(model -> sold(model.getKey(), model.getValue()))
                        .collect(Collectors.joining())
                + "\nupstream_models:\n"
                + sold.values().stream().distinct().map(ModelsFile::upstream).collect(Collectors.joining());
    }

    private static String sold(String id, String upstream) {
        boolean makesImages = id.equals(Kind.IMAGE.model());
        return """
                  - id: %1$s
                    aliases: []
                    active: true
                    upstream: %2$s
                    answers_as: upstream
                    price:
                      version: %1$s@1
                      input: 500
                      output: 3000
                      reasoning: %3$s
                      rounding: {rule: floor-total, step: 0.01, minimum: 0.01}
                    usage: %4$s
                    defaults: {stream: false, include_thoughts: true, reasoning_effort: high, max_tokens: %5$s}
                    tools: {functions: %6$s, search: true, together: false}
                    response_format: {json: %6$s, with_functions: false, with_search: false}
                """.formatted(
                        id,
                        upstream,
                        makesImages ? "billed" : "free",
                        makesImages ? "openai" : "tokens",
                        makesImages ? "8192" : "none",
                        !makesImages);
    }

    private static String caching(String name) {
        return Arrays.stream(Kind.values())
                        .anyMatch(kind -> kind.isCached() && kind.model().equals(name))
                ? "cache_min_tokens: 2048"
                : "";
    }

    private static String upstream(String name) {
        return """
                  - name: %s
                    limits: {input_tokens: 1048576, output_tokens: 65536}
                    candidates: 1
                    penalties: false
                    logprobs: false
                    thinking:
                      by: level
                      efforts: {minimal: LOW, low: LOW, medium: MEDIUM, high: HIGH, xhigh: HIGH, max: HIGH}
                    media_resolution: part
                    media_in_tool_results: true
                    trailing_assistant: false
                    signatures: true
                    %s
                    list_price_usd: {input: 2, cached: 0.20, output: 12, search: 0.014}
                """.formatted(name, name.equals(Kind.IMAGE.model()) ? IMAGES : caching(name));
    }
}
