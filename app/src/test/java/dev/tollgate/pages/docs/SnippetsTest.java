package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.testing.Gateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lines for curl and programs that the quickstart and the README give to paste run as they stand, with a key and the address of this server. The SDKs
 * of Python and JavaScript are not here to run theirs.
 */
class SnippetsTest {

    private static final Pattern FENCE = Pattern.compile("(?ms)^```([a-z]+)(?: \\w+)?\\n(.*?)^```$");
    private static final String ADDRESS = "http://127.0.0.1:8080";
    private static final long SECONDS_MAX = 60;

    /** The line that writes the file which the next one sends. */
    private static final String SPEECH = "--output speech.wav";

    @TempDir
    private static Path folder;

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private record Snippet(String language, String text) {}

    private static List<Snippet> snippets(String file, String language, String with) {
        try {
            String text = Files.readString(Path.of(file));
            List<Snippet> found = new ArrayList<>();
            for (Matcher fence = FENCE.matcher(text); fence.find(); ) {
                if (fence.group(1).equals(language) && fence.group(2).contains(with)) {
                    found.add(new Snippet(language, fence.group(2).replace(ADDRESS, gateway.url())));
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Ran(int exit, String said) {}

    private static Ran run(String... command) {
        try {
            Path said = Files.createTempFile(folder, "said", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.directory(folder.toFile()).redirectOutput(said.toFile());
            builder.environment().put("TOLLGATE_KEY", Gateway.DEMO_KEY);
            Process process = builder.start();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", command) + " does not end: " + Files.readString(said));
            }
            return new Ran(process.exitValue(), Files.readString(said));
        } catch (IOException e) {
            return new Ran(-1, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static boolean has(String... command) {
        return run(command).exit() == 0;
    }

    private static String ranWell(String... command) {
        Ran ran = run(command);
        assertThat(ran.exit()).as(ran.said()).isZero();
        return ran.said();
    }

    private static final String BETWEEN = "---- the next ----";

    /** Runs programs one after the other in one process: most of a small program is the start of its interpreter. @param runner with the files as arguments */
    private static void allRunWell(List<String> programs, String ending, String... runner) throws IOException {
        List<String> command = new ArrayList<>(List.of(runner));
        for (int i = 0; i < programs.size(); i++) {
            Path file = Files.writeString(folder.resolve("program" + i + ending), programs.get(i));
            command.add(file.toString());
        }
        String[] said = ranWell(command.toArray(String[]::new)).split(BETWEEN, -1);
        assertThat(said).hasSize(programs.size() + 1);
        assertThat(said[0]).isBlank();
        assertThat(List.of(said).subList(1, said.length))
                .allSatisfy(each -> assertThat(each).isNotBlank());
    }

    private static void allRunWellInPython(List<String> programs) throws IOException {
        String run = "import runpy, sys\nfor file in sys.argv[1:]:\n    print('" + BETWEEN
                + "')\n    runpy.run_path(file, run_name='__main__')";
        allRunWell(programs, ".py", "python3", "-c", run);
    }

    private static void allRunWellInNode(List<String> programs) throws IOException {
        String run =
                "for (const file of process.argv.slice(1)) { console.log('" + BETWEEN + "'); await import(file); }";
        allRunWell(programs, ".mjs", "node", "--input-type=module", "-e", run);
    }

    @Test
    void the_lines_for_curl_are_answered() {
        assumeTrue(has("curl", "--version"), "left out: there is no curl");
        List<Snippet> all = new ArrayList<>(snippets("docs/quickstart.md", "sh", "curl "));
        all.addAll(snippets("docs/api.md", "sh", "$TOLLGATE_KEY"));
        snippets("README.md", "sh", "sk-my-demo-key").stream()
                .map(each -> new Snippet("sh", each.text().replace("sk-my-demo-key", Gateway.DEMO_KEY)))
                .forEach(all::add);
        assertThat(all).hasSizeGreaterThanOrEqualTo(7).allSatisfy(each -> {
            String said = ranWell("sh", "-ec", each.text().replace("curl ", "curl -sS --fail-with-body -m 30 "));
            if (each.text().contains(SPEECH)) {
                assertThat(folder.resolve("speech.wav"))
                        .content(StandardCharsets.ISO_8859_1)
                        .startsWith("RIFF");
                return;
            }
            assertThat(said)
                    .doesNotContain("\"error\":{")
                    .containsAnyOf("credits_consumed", "balance", "totalTokenCount");
        });
    }

    @Test
    void the_programs_in_Python_are_answered() throws IOException {
        assumeTrue(has("python3", "-c", "import requests"), "left out: there is no Python with requests");
        List<Snippet> all = snippets("docs/quickstart.md", "python", "import requests");
        assertThat(all).hasSize(1);
        Path file = Files.writeString(folder.resolve("hello.py"), all.getFirst().text());
        assertThat(ranWell("python3", file.toString())).containsPattern("\\d\\n$");
        List<Snippet> others = snippets("docs/api.md", "python", "requests");
        assertThat(others).hasSize(2);
        allRunWellInPython(others.stream().map(Snippet::text).toList());
    }

    @Test
    void the_program_in_JavaScript_is_answered() throws IOException {
        assumeTrue(has("node", "--version"), "left out: there is no Node.js");
        List<Snippet> all = snippets("docs/quickstart.md", "js", "await fetch(");
        assertThat(all).hasSize(1);
        Path file =
                Files.writeString(folder.resolve("hello.mjs"), all.getFirst().text());
        assertThat(ranWell("node", file.toString())).containsPattern("\\d\\n$");
    }

    @Test
    void the_other_programs_in_JavaScript_are_answered() throws IOException {
        assumeTrue(has("node", "--version"), "left out: there is no Node.js");
        List<Snippet> all = snippets("docs/api.md", "js", "await fetch(");
        assertThat(all).hasSize(2);
        allRunWellInNode(all.stream().map(Snippet::text).toList());
    }

    /** Those that the pages show in addition to curl. */
    @Test
    void the_forms_of_a_line_for_curl_are_answered() throws IOException {
        assumeTrue(has("node", "--version"), "left out: there is no Node.js");
        assumeTrue(has("python3", "-c", "import requests"), "left out: there is no Python with requests");
        List<Snippet> all = new ArrayList<>(snippets("docs/quickstart.md", "sh", "curl "));
        for (String file : List.of("api", "messages", "responses", "interactions", "embeddings")) {
            all.addAll(snippets("docs/" + file + ".md", "sh", "$TOLLGATE_KEY"));
        }
        assertThat(all).hasSizeGreaterThan(9);
        List<Sample> samples = all.stream()
                .filter(each -> !each.text().contains("speech.wav"))
                .filter(each -> !each.text().contains("$id")) // a loop of the shell
                .map(each -> Objects.requireNonNull(Sample.ofCurl(each.text()), each.text()))
                .toList();
        allRunWellInPython(samples.stream().map(Sample::python).toList());
        allRunWellInNode(samples.stream().map(Sample::javaScript).toList());
    }

    @Test
    void the_program_in_Java_is_answered() throws IOException {
        List<Snippet> all = snippets("docs/quickstart.md", "java", "class Hello");
        assertThat(all).hasSize(1);
        Path file =
                Files.writeString(folder.resolve("Hello.java"), all.getFirst().text());
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // Two flags in addition to the page's line make the compiler finish sooner.
        assertThat(ranWell(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", file.toString()))
                .startsWith("200 ")
                .contains("credits_consumed");
    }

    /** Against the SDK that the tests have. */
    @Test
    void the_lines_for_the_Java_SDK_are_answered() throws Exception {
        List<Snippet> all = snippets("docs/quickstart.md", "java", "OpenAIOkHttpClient");
        assertThat(all).hasSize(1);
        String program = """
                import com.openai.client.OpenAIClient;
                import com.openai.client.okhttp.OpenAIOkHttpClient;
                import com.openai.models.chat.completions.*;
                public class WithSdk {
                    public static String ask() {
                        %s
                        client.close();
                        return answer.choices().getFirst().message().content().orElseThrow();
                    }
                }
                """.formatted(
                        all.getFirst().text().replace("System.getenv(\"TOLLGATE_KEY\")", '"' + Gateway.DEMO_KEY + '"'));
        Path file = Files.writeString(folder.resolve("WithSdk.java"), program);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int exit = ToolProvider.getSystemJavaCompiler()
                .run(null, said, said, "-proc:none", "-implicit:none", "-d", folder.toString(), file.toString());
        assertThat(exit).as(said.toString(StandardCharsets.UTF_8)).isZero();
        try (URLClassLoader compiled =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Object answer = compiled.loadClass("WithSdk").getMethod("ask").invoke(null);
            assertThat((String) answer).isNotBlank();
        }
    }
}
