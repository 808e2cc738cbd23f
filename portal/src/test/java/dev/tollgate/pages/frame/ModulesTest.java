package dev.tollgate.pages.frame;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.pages.frame.Assets.Modules;
import dev.tollgate.testing.NodePackages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The playground's modules, tried by Node.js without a browser, and the one script that they become. */
@Timeout(300)
class ModulesTest {

    private static final Path MODULES = Path.of("portal/src/main/resources/assets/playground");
    private static final Path TESTS = Path.of("portal/src/test/js");
    private static final Pattern RESULT = Pattern.compile("(?m)^(not )?ok \\d+ - (.*)$");

    @TempDir
    Path folder;

    @Test
    void a_module_comes_once_and_after_its_imports() {
        Map<String, String> sources = Map.of(
                "main.mjs", "import { b } from './b.mjs';\nimport { a } from './a.mjs';\nb(a);\n",
                "b.mjs", "import { a } from './a.mjs';\n\nexport const b = () => a;\n",
                "a.mjs", "export const a = 1;\nexport async function* c() {}\n");
        assertThat(Modules.joined("main.mjs", sources::get)).isEqualTo("""
                (() => {
                'use strict';
                const a = 1;
                async function* c() {}

                const b = () => a;
                b(a);
                })();
                """);
    }

    @Test
    void modules_that_import_each_other_are_refused() {
        Map<String, String> sources =
                Map.of("a.mjs", "import { b } from './b.mjs';\n", "b.mjs", "import { a } from './a.mjs';\n");
        assertThatThrownBy(() -> Modules.joined("a.mjs", sources::get))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a.mjs imports itself through others");
    }

    @Test
    void the_playgrounds_modules_share_no_name_and_leave_no_import() throws Exception {
        String script = Modules.joined("playground.mjs", ModulesTest::source);
        assertThat(script).doesNotContainPattern("(?m)^\\s*(import|export)\\b");
        Path file = Files.writeString(folder.resolve("playground.js"), script);
        assertThat(node("--check", file.toString())).isEmpty();
        try (Stream<Path> all = Files.list(MODULES)) {
            assertThat(all).allSatisfy(module -> assertThat(script)
                    .as("%s is used", module)
                    .contains(source(module.getFileName().toString())
                            .lines()
                            .findFirst()
                            .orElseThrow()));
        }
    }

    private static String source(String module) {
        try {
            return Files.readString(MODULES.resolve(module));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> in_node() throws Exception {
        List<String> command = new ArrayList<>(List.of("--test", "--test-reporter=tap"));
        try (Stream<Path> files = Files.list(TESTS)) {
            files.map(Path::toString).sorted().forEach(command::add);
        }
        String output = node(command.toArray(String[]::new));
        List<DynamicTest> tests = RESULT.matcher(output)
                .results()
                .map(result -> DynamicTest.dynamicTest(
                        result.group(2),
                        () -> assertThat(result.group(1)).as(output).isNull()))
                .toList();
        assertThat(tests).as(output).hasSizeGreaterThan(50);
        return tests.stream();
    }

    private static String node(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(NodePackages.node()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return output;
    }
}
