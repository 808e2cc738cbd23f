package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import dev.tollgate.testing.OurClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HouseTest {

    private static final Pattern JAVADOC = Pattern.compile("/\\*\\*[\\s*]*([A-Za-z']+)");

    /** Pronouns, conjunctions, prepositions, and adverbs that stand for them. */
    private static final Set<String> NO_OPENERS = Set.of(("""
            about above after against also although among and around as at because before behind below beside besides between beyond both but by
            despite down during else except for from he her here his how if in into it its like likewise near neither nor not of off on one onto or
            out over per she since so such than that their them then there these they this those though through to too under unless until up what
            whatever when where whether which while who whoever whom whose why with within without""").split("\\s+"));

    private static final Path FORMER_OPENERS = Path.of("src/test/resources/house/javadoc-openers.txt");

    @Test
    void the_root_holds_main_alone() {
        assertThat(OurClasses.ALL.stream()
                        .filter(it -> it.getPackageName().equals("dev.tollgate") && it.isTopLevelClass())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("Main", "package-info");
    }

    /** With {@code -Dtollgate.golden=write} the list takes the smaller counts. To move a count to a renamed file, edit the list. */
    @Test
    void no_further_javadoc_begins_with_a_pronoun_conjunction_or_preposition() throws IOException {
        Map<String, Integer> allowed = new TreeMap<>();
        for (String line : Files.readAllLines(FORMER_OPENERS)) {
            String[] parts = line.split(" ");
            allowed.put(parts[1], Integer.valueOf(parts[0]));
        }
        Map<String, Integer> found = openers();
        if ("write".equals(System.getProperty("tollgate.golden"))) {
            allowed.replaceAll((file, count) -> Math.min(count, found.getOrDefault(file, 0)));
            allowed.values().removeIf(count -> count == 0);
            Files.write(
                    FORMER_OPENERS,
                    allowed.entrySet().stream()
                            .map(it -> it.getValue() + " " + it.getKey())
                            .toList());
        }
        List<String> more = new ArrayList<>();
        found.forEach((file, count) -> {
            if (count > allowed.getOrDefault(file, 0)) {
                more.add(file + ": " + count + " instead of " + allowed.getOrDefault(file, 0));
            }
        });
        assertThat(more)
                .as("begin with a verb in the third person, or with a noun and its article")
                .isEmpty();
    }

    /** Counts Javadoc comments that begin so by the file's simple name, which stays the same if the file moves. */
    private static Map<String, Integer> openers() throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                JAVADOC.matcher(Files.readString(file))
                        .results()
                        .filter(it -> NO_OPENERS.contains(it.group(1).toLowerCase(Locale.ROOT)))
                        .forEach(_ -> counts.merge(file.getFileName().toString(), 1, Integer::sum));
            }
        }
        return counts;
    }
}
