package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintedUsageTest {

    private final Catalogue catalogue = CatalogueLoader.builtIn();

    @ParameterizedTest(name = "{0}: {1}, {2}, {3}")
    @CsvSource({
        "gemini-3.1-pro,                194, 229, 457,  194, 229,   880",
        "gemini-2.5-pro,                12,  86,  0,    12,  86,    98",
        "google/gemini-2.5-pro,         9,   791, 1339, 24,  44730, 44754",
        "google/gemini-2.5-pro-preview, 1,   10,  180,  3,   3990,  3993",
        "google/gemini-2.5-pro,         4,   0,   0,    11,  0,     11",
        "google/gemini-2.5-pro,         0,   0,   0,    0,   0,     0",
    })
    void the_figures_equal_the_documents(
            String id, long in, long out, long thoughts, long prompt, long completion, long total) {
        PrintedUsage printed = model(id).printed(Usage.of(in, out, thoughts));
        assertThat(printed.prompt()).isEqualTo(prompt);
        assertThat(printed.completion()).isEqualTo(completion);
        assertThat(printed.totalTokens()).isEqualTo(total);
        assertThat(printed.tokens().thoughtsTokens()).isEqualTo(thoughts);
        assertThat(printed.tokens().of(Count.TEXT)).isEqualTo(out);
    }

    /** Thoughts in Google's own count stand apart (D60). */
    @Test
    void in_the_form_of_openai_prompt_and_completion_are_the_total() {
        Model row = CatalogueLoader.load(Path.of("models/gemini-all.yaml")).find("gemini-4-neon");
        PrintedUsage printed = Objects.requireNonNull(row).printed(Usage.of(194, 229, 457));
        assertThat(printed.prompt()).isEqualTo(194);
        assertThat(printed.completion()).isEqualTo(686);
        assertThat(printed.candidates()).isEqualTo(229);
        assertThat(printed.tokens().thoughtsTokens()).isEqualTo(457);
        assertThat(printed.totalTokens()).isEqualTo(880);
    }

    @Test
    void what_search_added_counts_as_prompt() {
        PrintedUsage printed = model("gemini-3.1-pro").printed(new Usage(20, 174, 229, 457, 0, 0, 0, 229));
        assertThat(printed.prompt()).isEqualTo(194);
        assertThat(printed.totalTokens()).isEqualTo(880);
    }

    @Test
    void details_are_raw_tokens_in_both_forms() {
        Usage usage = new Usage(100, 10, 7, 3, 40, 30, 20, 5);
        for (String id : new String[] {"gemini-2.5-pro", "google/gemini-2.5-pro"}) {
            PrintedUsage printed = model(id).printed(usage);
            assertThat(printed.tokens().cachedTokens()).isEqualTo(40);
            assertThat(printed.tokens().of(Count.AUDIO)).isEqualTo(30);
            assertThat(printed.tokens().of(Count.IMAGE)).isEqualTo(20);
            assertThat(printed.promptText()).isEqualTo(60);
            assertThat(printed.tokens().thoughtsTokens()).isEqualTo(3);
            assertThat(printed.tokens().of(Count.TEXT)).isEqualTo(5);
        }
    }

    @Test
    void modalities_that_exceed_the_prompt_leave_no_text() {
        Usage strange = new Usage(10, 0, 0, 0, 0, 8, 8, 0);
        assertThat(model("gemini-2.5-pro").printed(strange).promptText()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "1,1,1", "9,791,1339", "3,7,1000", "1048576,65536,65536"})
    void the_units_that_are_printed_are_the_micro_credits_that_are_charged(long in, long out, long thoughts) {
        Model model = model("google/gemini-2.5-pro");
        Usage usage = Usage.of(in, out, thoughts);
        assertThat(model.printed(usage).totalTokens() * 100)
                .isEqualTo(model.pricing().chargeMicros(usage));
    }

    private Model model(String id) {
        return Objects.requireNonNull(catalogue.find(id), id);
    }
}
