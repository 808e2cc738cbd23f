package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import dev.tollgate.testing.OurClasses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HouseTest {

    private static final Pattern JAVADOC = Pattern.compile("(?s)/\\*\\*(.*?)\\*/");

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

    /** The list has the first words of each former one, wherever it lies. With {@code -Dtollgate.golden=write} it loses those that are gone. */
    @Test
    void no_further_javadoc_begins_with_a_pronoun_conjunction_or_preposition() throws IOException {
        Map<String, String> found = openers();
        List<String> former = Files.readAllLines(FORMER_OPENERS);
        if ("write".equals(System.getProperty("tollgate.golden"))) {
            Files.write(
                    FORMER_OPENERS, former.stream().filter(found::containsKey).toList());
        }
        found.keySet().removeAll(former);
        assertThat(found)
                .as("begin with a verb in the third person, or with a noun and its article")
                .isEmpty();
    }

    /** Returns the first words of each Javadoc comment that begins so, with its file. */
    private static Map<String, String> openers() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                JAVADOC.matcher(Files.readString(file)).results().forEach(it -> {
                    String[] words =
                            it.group(1).replaceAll("[\\s*]+", " ").strip().split(" ");
                    if (NO_OPENERS.contains(words[0].toLowerCase(Locale.ROOT).replaceAll("[^a-z]", ""))) {
                        found.put(
                                String.join(" ", Arrays.asList(words).subList(0, Math.min(8, words.length))),
                                file.toString());
                    }
                });
            }
        }
        return found;
    }
}
