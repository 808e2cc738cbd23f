package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which class files the quick build deletes before it compiles. */
class StaleTest {

    private static final Map<String, String> SOURCES = Map.of(
            "Constant", "class Constant { static final int SIZE = 1; }",
            "Copies", "class Copies { int size = Constant.SIZE; }",
            "Base", "class Base { Constant made() { return new Constant(); } }",
            "Child", "class Child extends Base {}",
            "Caller", "class Caller { Object call(Child child) { return child.made(); } }",
            "Far", "class Far { Object call(Caller caller) { return caller.toString(); } }");

    private static final String PACKAGE = "package dev.tollgate;\n";
    private static final String LOW = "low";
    private static final String HIGH = "high";
    private static final Set<String> IN_LOW = Set.of("Constant", "Base");

    private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

    @TempDir
    static Path program;

    /** The classes of the sources, compiled once. */
    @TempDir
    static Path compiled;

    @TempDir
    Path project;

    @BeforeAll
    static void compile() throws IOException {
        assertThat(COMPILER.run(null, null, null, "-d", program.toString(), "src/build/Stale.java"))
                .isZero();
        List<String> arguments = new ArrayList<>(List.of("-d", compiled.toString()));
        for (Map.Entry<String, String> source : SOURCES.entrySet()) {
            Path file = compiled.resolve(source.getKey() + ".java");
            arguments.add(Files.writeString(file, PACKAGE + source.getValue()).toString());
        }
        assertThat(COMPILER.run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }

    @BeforeEach
    void build() throws Exception {
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        for (Map.Entry<String, String> source : SOURCES.entrySet()) {
            write(source.getKey(), source.getValue());
        }
        for (String module : List.of(LOW, HIGH)) {
            Files.writeString(project.resolve(module).resolve("pom.xml"), "<project/>");
            Files.createDirectories(classes(module));
        }
        copyClasses();
        runStale(); // notes the build files, and deletes
        copyClasses();
    }

    private void copyClasses() throws IOException {
        for (String name : SOURCES.keySet()) {
            Path classes = Files.createDirectories(classes(moduleOf(name)).resolve("dev/tollgate"));
            Files.copy(
                    compiled.resolve("dev/tollgate/" + name + ".class"),
                    classes.resolve(name + ".class"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String moduleOf(String name) {
        return IN_LOW.contains(name) ? LOW : HIGH;
    }

    @Test
    void an_unchanged_source_keeps_its_class() throws Exception {
        assertThat(deleted()).isEmpty();
    }

    @Test
    void a_change_makes_only_its_users_stale() throws Exception {
        change("Caller");
        assertThat(deleted()).containsExactlyInAnyOrder("Caller", "Far");
    }

    @Test
    void a_copied_constant_is_compiled_again() throws Exception {
        change("Constant");
        assertThat(deleted()).contains("Constant", "Copies", "Base");
    }

    @Test
    void who_calls_an_inherited_method_is_compiled_again() throws Exception {
        change("Base");
        assertThat(deleted()).containsExactlyInAnyOrder("Base", "Child", "Caller");
    }

    @Test
    void the_class_of_a_deleted_source_goes_with_its_users() throws Exception {
        Files.delete(source("Caller"));
        assertThat(deleted()).containsExactlyInAnyOrder("Caller", "Far");
    }

    @Test
    void a_change_of_the_build_file_compiles_everything() throws Exception {
        Files.setLastModifiedTime(
                project.resolve("high/pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(deleted()).isEqualTo(SOURCES.keySet());
    }

    @Test
    void the_copy_of_a_deleted_resource_goes() throws Exception {
        Path classes = classes(LOW);
        Files.createDirectories(project.resolve("low/src/main/resources/migrations"));
        Files.createDirectories(classes.resolve("migrations"));
        Files.writeString(project.resolve("low/src/main/resources/migrations/V2.sql"), "");
        Files.writeString(classes.resolve("migrations/V1.sql"), "");
        Files.writeString(classes.resolve("migrations/V2.sql"), "");
        runStale();
        assertThat(classes.resolve("migrations/V1.sql")).doesNotExist();
        assertThat(classes.resolve("migrations/V2.sql")).exists();
    }

    @Test
    void the_class_of_a_template_is_as_old_as_the_template() throws Exception {
        Path template = project.resolve("high/src/main/jte/part/a-page.jte");
        Path made = classes(HIGH).resolve("templates/part/JteapageGenerated.class");
        Files.createDirectories(template.getParent());
        Files.createDirectories(made.getParent());
        Files.writeString(template, "a");
        Files.copy(classes(LOW).resolve("dev/tollgate/Constant.class"), made);
        FileTime time = Files.getLastModifiedTime(made);
        Files.setLastModifiedTime(template, FileTime.from(time.toInstant().minusSeconds(1)));
        runStale();
        assertThat(made).exists();
        Files.setLastModifiedTime(template, FileTime.from(time.toInstant().plusSeconds(1)));
        runStale();
        assertThat(made).doesNotExist();
    }

    @Test
    void what_a_deleted_template_became_goes() throws Exception {
        Path made = classes(HIGH).resolve("templates/JtegoneGenerated.class");
        Path between = project.resolve("high/target/generated-sources/jte/templates/JtegoneGenerated.java");
        Files.createDirectories(made.getParent());
        Files.createDirectories(between.getParent());
        Files.copy(classes(LOW).resolve("dev/tollgate/Constant.class"), made);
        Files.writeString(between, "class JtegoneGenerated {}");
        runStale();
        assertThat(made).doesNotExist();
        assertThat(between).doesNotExist();
    }

    private Path classes(String module) {
        return project.resolve(module).resolve("target/classes");
    }

    private Path source(String name) {
        return project.resolve(moduleOf(name)).resolve("src/main/java/dev/tollgate/" + name + ".java");
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(source(name).getParent());
        Files.writeString(source(name), PACKAGE + text);
    }

    private void change(String name) throws IOException {
        Files.setLastModifiedTime(source(name), FileTime.from(Instant.now().plusSeconds(60)));
    }

    private Set<String> deleted() throws Exception {
        runStale();
        return SOURCES.keySet().stream()
                .filter(name -> !Files.exists(classes(moduleOf(name)).resolve("dev/tollgate/" + name + ".class")))
                .collect(Collectors.toSet());
    }

    private void runStale() throws Exception {
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {program.toUri().toURL()})) {
            loader.loadClass("Stale").getMethod("main", String[].class).invoke(null, (Object)
                    new String[] {project.toString(), "target"});
        }
    }
}
