package dev.tollgate.models.routing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Providers name one model in several ways. */
class ModelNameTest {

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, gemini-2.5-pro",
        "gemini-2.5-pro, gemini-2.5-pro-001",
        "gemini-flash-latest, gemini-flash",
        "gemini-2.5-pro, google/gemini-2.5-pro",
        "google/gemini-2.5-pro, models/gemini-2.5-pro-preview-05-06",
        "gemini-2.5-flash, gemini-2.5-flash-preview-09-2025",
        "gemini-2.5-flash, gemini-2.5-flash-09-2025",
        "qwen3-32b, qwen3-32b",
        "google/gemini-2.5-pro-latest, gemini-2.5-pro-001",
    })
    void these_name_one_model(String sent, String answered) {
        assertThat(ModelName.isSame(sent, answered)).isTrue();
        assertThat(ModelName.isSame(answered, sent)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3.5-flash, gemini-3.6-flash",
        "gemini-3.5-flash, gemini-3.5-flash-lite",
        "gemini-3.1-pro-preview, gemini-3.1-pro",
        "gemini-2.5-pro, gemini-2.5-pro-0001",
        "gemini-2.5-pro-001-002, gemini-2.5-pro",
        "gpt-5, gpt-5-2025-08-07",
        "gpt-5, ''",
    })
    void these_name_two_models(String sent, String answered) {
        assertThat(ModelName.isSame(sent, answered)).isFalse();
        assertThat(ModelName.isSame(answered, sent)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, gemini-2.5-pro",
        "google/gemini-2.5-pro-001, gemini-2.5-pro",
        "gemini-3.8-flash, google/gemini-3.8-flash-preview-12-2026",
        "models/gemini-3.8-flash-latest, google/gemini-3.8-flash-preview-12-2026",
        "gemini-3.9-flash-001, gemini-3.9-flash-001",
        "gemini-3.9-flash, ",
        "gemini-4-flash, ",
    })
    void a_name_finds_the_one_row_of_its_model(String name, @Nullable String row) {
        Catalogue catalogue = new Catalogue(
                Instant.EPOCH,
                List.of(),
                Stream.of(
                                "gemini-2.5-pro",
                                "google/gemini-3.8-flash-preview-12-2026",
                                "gemini-3.9-flash-001",
                                "gemini-3.9-flash-002")
                        .map(ModelNameTest::row)
                        .toList());
        UpstreamModel found = new ModelName.Rows(catalogue).find(name);
        assertThat(found == null ? null : found.name()).isEqualTo(row);
    }

    private static UpstreamModel row(String name) {
        return new UpstreamModel(
                name,
                new UpstreamModel.Limits(1000, 1000, false, 1, 0),
                new UpstreamModel.Abilities(true, false, false, false, false, false, false),
                new Thinking.Level(Map.of(), false),
                UpstreamModel.Output.TEXT,
                List.of(),
                Map.of(),
                null);
    }
}
