package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What a release's list of parts says of the program, which is built of modules. */
class ReleasePartsTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static final String BUILT = json("""
            {
              'metadata': {'component': {'bom-ref': 'OURS/tollgate@1'}},
              'components': [{'bom-ref': 'OURS/low@1'}, {'bom-ref': 'pkg:maven/a/first@1'}, {'bom-ref': 'OURS/high@1'},
                {'bom-ref': 'pkg:maven/b/second@1'}, {'bom-ref': 'pkg:maven/c/third@1'}],
              'dependencies': [
                {'ref': 'OURS/low@1', 'dependsOn': ['pkg:maven/a/first@1']},
                {'ref': 'OURS/tollgate@1', 'dependsOn': ['OURS/high@1', 'OURS/low@1']},
                {'ref': 'OURS/high@1', 'dependsOn': ['pkg:maven/c/third@1', 'OURS/low@1']},
                {'ref': 'pkg:maven/a/first@1', 'dependsOn': ['pkg:maven/b/second@1']}]
            }""");

    private static final String RELEASED = json("""
            {
              'metadata': {'component': {'bom-ref': 'OURS/tollgate@1'}},
              'components': [{'bom-ref': 'pkg:maven/a/first@1'}, {'bom-ref': 'pkg:maven/b/second@1'}, {'bom-ref': 'pkg:maven/c/third@1'}],
              'dependencies': [
                {'ref': 'OURS/tollgate@1', 'dependsOn': ['pkg:maven/a/first@1', 'pkg:maven/c/third@1']},
                {'ref': 'pkg:maven/a/first@1', 'dependsOn': ['pkg:maven/b/second@1']}]
            }""");

    @TempDir
    Path folder;

    private static String json(String text) {
        return text.replace('\'', '"').replace("OURS", "pkg:maven/dev.tollgate");
    }

    @Test
    void what_a_module_needs_the_released_program_needs() throws Exception {
        Path list = Files.writeString(folder.resolve("bom.cdx.json"), BUILT);
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                folder.toString(),
                                "src/build/ReleaseParts.java"))
                .isZero();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            Method main = loader.loadClass("ReleaseParts").getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[] {list.toString()});
        }
        assertThat(JSON.readTree(Files.readString(list))).isEqualTo(JSON.readTree(RELEASED));
    }
}
