package dev.tollgate.models;

import dev.tollgate.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Charges of 250 random usages each, as the catalogues of November 2026 made them. They never change: a row with other rates gets
 * another version. {@code RecomputedChargeTest} compares random usages with a second implementation. Each line of an input is a model's id, prompt, tool, candidate, thought, cached and audio tokens; each line of an output
 * is the charge in micro-credits. Usages of {@code gemini-all} have at most 200,000 prompt tokens, no cached and no audio tokens.
 */
class ChargesGoldenTest {

    /** A day on which each price of the complete catalogue is its price of November 2026; gemini-3.5-flash gets another on 8 December. */
    private static final Instant DAY = Instant.parse("2026-12-05T00:00:00Z");

    @Test
    void charges_of_the_documented_models_never_change() {
        check("documented", CatalogueLoader.load(Path.of("models/documented.yaml")));
    }

    @Test
    void charges_of_short_uncached_prompts_on_all_gemini_models_never_change() {
        check("gemini-all", CatalogueLoader.load(Path.of("models/gemini-all.yaml")));
    }

    static void check(String name, Catalogue catalogue) {
        Golden pair = Golden.pairs("prices", "csv", "txt").stream()
                .filter(it -> it.in().endsWith(name + ".in.csv"))
                .findFirst()
                .orElseThrow();
        pair.check(new String(pair.read(), StandardCharsets.UTF_8)
                .lines()
                .map(line -> Long.toString(charge(catalogue, line.split(","))))
                .collect(Collectors.joining("\n")));
    }

    private static long charge(Catalogue catalogue, String[] cells) {
        long[] tokens = new long[7];
        for (int i = 1; i < tokens.length; i++) {
            tokens[i] = Long.parseLong(cells[i]);
        }
        Usage usage = new Usage(tokens[1], tokens[2], tokens[3], tokens[4], tokens[5], tokens[6], 0, tokens[3]);
        return Objects.requireNonNull(catalogue.find(cells[0]), cells[0])
                .at(DAY)
                .pricing()
                .chargeMicros(usage);
    }
}
