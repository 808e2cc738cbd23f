package dev.tollgate.stress;

import dev.tollgate.testing.Program;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** The program as it will be after a release that only adds to the schema: the same, with one migration more on its class path. */
final class NextProgram {

    private static final Path MIGRATIONS = Path.of("src/main/java/dev/tollgate/storage/Migrations.java");
    private static final Pattern NEWEST = Pattern.compile("NEWEST = (\\d+);");

    private NextProgram() {}

    /** @param folder takes what is different */
    static List<String> command(Path folder) throws IOException {
        String source = Files.readString(MIGRATIONS);
        Matcher newest = NEWEST.matcher(source);
        if (!newest.find()) {
            throw new IllegalStateException("no number of the newest schema");
        }
        int next = Integer.parseInt(newest.group(1)) + 1;
        Path changed = folder.resolve("source/Migrations.java");
        Files.createDirectories(changed.getParent());
        Files.writeString(changed, newest.replaceFirst("NEWEST = " + next + ";"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        changed.toString());
        if (compiled != 0) {
            throw new IllegalStateException("the next program does not compile");
        }
        Path migrations = Files.createDirectories(classes.resolve("migrations"));
        Files.writeString(
                migrations.resolve("V" + next + "__of_the_next_program.sql"),
                "ALTER TABLE account ADD COLUMN of_the_next_program TEXT;\n"
                        + "CREATE TABLE of_the_next_program (id TEXT NOT NULL PRIMARY KEY);\n");
        List<String> command = new ArrayList<>(Program.command());
        int classPath = command.indexOf("-cp") + 1;
        command.set(classPath, classes + File.pathSeparator + command.get(classPath));
        command.removeIf(it -> it.startsWith("-XX:AOT")); // what was recorded has the class that is different as it was
        return command;
    }
}
