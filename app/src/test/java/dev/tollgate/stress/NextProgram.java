package dev.tollgate.stress;

import dev.tollgate.testing.Program;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program of a later release: the same, with one migration more on its class path. */
public final class NextProgram {

    private static final Path MIGRATIONS = Path.of("base/src/main/resources/migrations/files");

    private NextProgram() {}

    /** Returns the newest schema of this program. */
    static int present() throws IOException {
        return Files.readAllLines(MIGRATIONS).size();
    }

    /** @param folder takes what is different @param compatible yes or no */
    public static List<String> command(Path folder, String compatible) throws IOException {
        Path migrations = Files.createDirectories(folder.resolve("migrations"));
        List<String> files = new ArrayList<>(Files.readAllLines(MIGRATIONS));
        files.add("V" + (files.size() + 1) + "__of_the_next_program.sql");
        Files.write(migrations.resolve("files"), files);
        Files.writeString(
                migrations.resolve(files.getLast()),
                "-- compatible: " + compatible + "\n"
                        + "ALTER TABLE account ADD COLUMN of_the_next_program TEXT;\n"
                        + "CREATE TABLE of_the_next_program (id TEXT NOT NULL PRIMARY KEY);\n");
        List<String> command = new ArrayList<>(Program.command());
        int classPath = command.indexOf("-cp") + 1;
        command.set(classPath, folder + File.pathSeparator + command.get(classPath));
        command.removeIf(it -> it.startsWith("-XX:AOT")); // what was recorded has another class path
        return command;
    }
}
