package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Modules;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests that notes/guarantees.md names for each failure. */
class GuaranteesDocTest {

    private static final Path DOC = Path.of("notes/guarantees.md");
    private static final Pattern ROW = Pattern.compile("\\| (B-\\d\\d) \\| ([^|]+) \\| ([^|]+) \\|([^|]*)\\|");
    private static final Pattern NAMED = Pattern.compile("`([A-Za-z.]+)#([a-z0-9_]+)`");

    static List<String> named() throws IOException {
        return NAMED.matcher(Files.readString(DOC))
                .results()
                .map(name -> name.group(1) + "#" + name.group(2))
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("named")
    void a_test_that_the_document_names_is_there_and_runs(String name) throws Exception {
        String[] parts = name.split("#");
        Class<?> type = Class.forName(fullName(parts[0]), false, getClass().getClassLoader());
        assertThat(type.isAnnotationPresent(Disabled.class)).isFalse();
        List<Method> methods = Stream.of(type.getDeclaredMethods())
                .filter(method -> method.getName().equals(parts[1]))
                .toList();
        assertThat(methods).hasSize(1).allSatisfy(method -> {
            assertThat(method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class))
                    .isTrue();
            assertThat(method.isAnnotationPresent(Disabled.class)).isFalse();
        });
    }

    private static String fullName(String simpleName) {
        List<String> found = new ArrayList<>();
        for (Path folder : Modules.tests()) {
            for (Path file : Modules.files(folder, simpleName + ".java")) {
                if (file.endsWith(simpleName + ".java")) {
                    found.add(folder.relativize(file).toString());
                }
            }
        }
        assertThat(found).as(simpleName).hasSize(1);
        String path = found.getFirst();
        return path.substring(0, path.length() - ".java".length()).replace(File.separatorChar, '.');
    }

    @Test
    void each_failure_has_a_test() throws IOException {
        List<MatchResult> rows = ROW.matcher(Files.readString(DOC)).results().toList();
        assertThat(rows)
                .extracting(row -> row.group(1))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 41)
                        .mapToObj("B-%02d"::formatted)
                        .toList());
        assertThat(rows)
                .allSatisfy(row -> assertThat(NAMED.matcher(row.group(4)).results())
                        .as(row.group(1))
                        .isNotEmpty());
    }
}
