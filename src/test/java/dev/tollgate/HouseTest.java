package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import dev.tollgate.testing.OurClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How large a part may grow. Each list names what is larger today and may only shrink: a part that has become small leaves it. */
class HouseTest {

    private static final Path SOURCES = Path.of("src/main/java");

    private static final int FILE_LINES_MAX = 300;
    private static final int MUTABLE_FIELDS_MAX = 10;
    private static final int MUTABLE_FIELDS_ON_A_CALLS_PATH_MAX = 8;
    private static final int PARAMETERS_MAX = 8;

    private static final List<String> ON_A_CALLS_PATH =
            List.of("http", "calls", "protocols", "upstreams", "storage", "books.ledger", "customers.keys");

    private static final List<String> LARGE_FILES = List.of(
            "base/json/JsonBody.java",
            "base/json/Utf8Buffer.java",
            "calls/replay/Spool.java",
            "customers/figures/AccountHistory.java",
            "customers/figures/UsagePeriods.java",
            "customers/figures/UsageRows.java",
            "customers/keys/KeyBody.java",
            "http/exchange/CallerExchange.java",
            "upstreams/connections/JsonScanner.java",
            "upstreams/pool/Attempts.java");

    private static final List<String> MANY_MUTABLE_FIELDS = List.of();

    private static final List<String> MANY_PARAMETERS = List.of("customers.figures.UsagePeriods");

    @Test
    void the_root_holds_main_alone() {
        assertThat(OurClasses.ALL.stream()
                        .filter(it -> it.getPackageName().equals("dev.tollgate") && it.isTopLevelClass())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("Main", "package-info");
    }

    @Test
    void a_file_has_at_most_300_lines() throws IOException {
        Map<String, Integer> lines = new TreeMap<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> lines.put(name(file), lines(file)));
        }
        lines.values().removeIf(it -> it <= FILE_LINES_MAX);
        assertThat(lines.keySet()).containsExactlyInAnyOrderElementsOf(LARGE_FILES);
    }

    @Test
    void a_class_has_at_most_ten_mutable_fields() {
        assertThat(above(MUTABLE_FIELDS_MAX, it -> isOnACallsPath(it) ? 0 : mutableFields(it))
                        .keySet())
                .containsExactlyInAnyOrder("books.verification.CallEntries");
    }

    @Test
    void a_class_on_a_calls_path_has_at_most_eight_mutable_fields() {
        assertThat(above(MUTABLE_FIELDS_ON_A_CALLS_PATH_MAX, it -> isOnACallsPath(it) ? mutableFields(it) : 0)
                        .keySet())
                .containsExactlyInAnyOrderElementsOf(MANY_MUTABLE_FIELDS);
    }

    @Test
    void a_constructor_of_a_class_has_at_most_eight_parameters() {
        assertThat(above(PARAMETERS_MAX, it -> it.isRecord() || it.isEnum() ? 0 : parameters(it))
                        .keySet())
                .containsExactlyInAnyOrderElementsOf(MANY_PARAMETERS);
    }

    private static Map<String, Integer> above(int most, ToIntFunction<JavaClass> size) {
        Map<String, Integer> found = new TreeMap<>();
        for (JavaClass it : OurClasses.ALL) {
            if (size.applyAsInt(it) > most) {
                found.put(it.getName().substring("dev.tollgate.".length()), size.applyAsInt(it));
            }
        }
        return found;
    }

    private static boolean isOnACallsPath(JavaClass it) {
        return ON_A_CALLS_PATH.stream()
                .anyMatch(room -> (it.getPackageName() + ".").startsWith("dev.tollgate." + room + "."));
    }

    private static int mutableFields(JavaClass it) {
        return (int) it.getFields().stream()
                .filter(field -> isInstance(field) && !field.getModifiers().contains(JavaModifier.FINAL))
                .count();
    }

    private static boolean isInstance(JavaField field) {
        return !field.getModifiers().contains(JavaModifier.STATIC)
                && !field.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    private static int parameters(JavaClass it) {
        return it.getConstructors().stream()
                .mapToInt((JavaConstructor made) -> made.getRawParameterTypes().size())
                .max()
                .orElse(0);
    }

    private static String name(Path file) {
        return SOURCES.resolve("dev/tollgate").relativize(file).toString();
    }

    private static int lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return (int) lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
