package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Effort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of defaults in docs/api.md has what the built-in catalogue has. Run with {@code -Ddocs.write=true} to rewrite it. */
class DefaultsDocTest {

    private static final Path DOC = Path.of("docs/api.md");
    private static final String BEGIN = "<!-- defaults -->\n";
    private static final String END = "<!-- /defaults -->\n";
    private static final String HEAD = """
            | Models | `stream` | `include_thoughts` | `reasoning_effort` | `max_completion_tokens` |
            |---|---|---|---|---|
            """;

    @Test
    void the_documented_defaults_are_the_catalogues() throws IOException {
        String doc = Files.readString(DOC);
        int begin = doc.indexOf(BEGIN) + BEGIN.length();
        int end = doc.indexOf(END);
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(DOC, doc.substring(0, begin) + table() + doc.substring(end));
            return;
        }
        assertThat(doc.substring(begin, end)).isEqualTo(table());
    }

    /** Writes a line for all models with the same defaults; those that most models have come last. */
    private static String table() {
        Map<String, List<String>> models = new LinkedHashMap<>();
        CatalogueLoader.builtIn().all().stream().filter(Model::answers).forEach(model -> models.computeIfAbsent(
                        defaults(model), it -> new ArrayList<>())
                .add("`" + model.id() + "`"));
        int most = models.values().stream().mapToInt(List::size).max().orElseThrow();
        return HEAD
                + models.entrySet().stream()
                        .sorted(Comparator.comparing(it -> it.getValue().size() == most))
                        .map(it -> "| "
                                + (it.getValue().size() == most ? "all others" : String.join(", ", it.getValue()))
                                + it.getKey())
                        .collect(Collectors.joining());
    }

    private static String defaults(Model model) {
        Effort effort = model.effortByDefault();
        Long most = model.maxTokensByDefault();
        return " | `%s` | `%s` | %s | %s |%n"
                .formatted(
                        model.streamByDefault(),
                        model.thoughtsByDefault(),
                        effort == null ? "the model's own" : "`" + effort.name().toLowerCase(Locale.ROOT) + "`",
                        most == null ? "the model's limit" : String.format(Locale.ROOT, "%,d", most));
    }
}
