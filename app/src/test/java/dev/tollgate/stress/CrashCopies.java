package dev.tollgate.stress;

import dev.tollgate.Main;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The copies of a gateway that is killed again and again (C31): each file that has a copy's name must be restored, add up and serve. Copies that were made
 * are moved away before a start, so that each start makes one. One thread.
 */
final class CrashCopies implements AutoCloseable {

    static final Map<String, String> KEY = Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);

    private static final String COPY = "tollgate-\\d{8}T\\d{6}Z\\.db";

    private final Path place;
    private final Path folder;
    private final Path away;
    private final HttpClient client = HttpClient.newHttpClient();
    private int judged;

    /** @param place takes the copies */
    CrashCopies(Path place) {
        this.place = place;
        try {
            folder = Files.createDirectories(place.resolve("copies"));
            away = Files.createDirectories(place.resolve("away"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes books so large that a copy takes as long as some calls. */
    static void makeLarge(String url, int megabytes) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE ballast AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                            + 10 * megabytes + ") SELECT i, randomblob(100000) AS bytes FROM n");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the arguments of a start, with those by which it makes copies. */
    List<String> with(List<String> arguments) {
        return Stream.concat(arguments.stream(), Stream.of("--backup-folder", folder.toString()))
                .toList();
    }

    /** The names of the files in the subfolder of the books. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (Path own : list(folder)) {
            list(own).forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    /** Returns whether there is a whole copy. */
    boolean isThere() {
        return names().stream().anyMatch(name -> name.matches(COPY));
    }

    /** Moves the copies away, so that the next start makes one. Halves stay, as a kill has left them. */
    void moveAway() {
        for (Path own : list(folder)) {
            for (Path file : list(own)) {
                String name = file.getFileName().toString();
                if (name.matches(COPY)) {
                    move(file, away.resolve(name));
                    move(own.resolve(name + ".sha256"), away.resolve(name + ".sha256"));
                }
            }
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException("a copy without its sum", e);
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of copies that were judged so far. */
    int judged() {
        return judged;
    }

    /** Restores each copy that was moved away, has its books checked and a gateway start over them, and deletes it. @return what was wrong */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (Path copy : list(away)) {
            if (copy.getFileName().toString().matches(COPY)) {
                judged++;
                problems.addAll(problems(copy));
            }
        }
        if (problems.isEmpty()) {
            list(away).forEach(Program::delete);
        }
        return problems;
    }

    private List<String> problems(Path copy) {
        Path data = CrashFolder.made("tollgate-restored");
        List<String> problems = new ArrayList<>();
        for (List<String> command : List.of(List.of("restore", copy.toString()), List.of("ledger", "verify"))) {
            Ran ran = run(command, data);
            if (ran.code() != 0 || command.contains("verify") && !ran.said().isEmpty()) {
                problems.add(copy + ": " + String.join(" ", command) + ": " + ran);
            }
        }
        if (problems.isEmpty()) {
            try (GatewayProcess restored = GatewayProcess.begin(Program.command(), data, KEY)) {
                restored.awaitReady(client);
            } catch (RuntimeException e) {
                problems.add(copy + " does not serve: " + e);
            }
        }
        if (problems.isEmpty()) {
            CrashFolder.delete(data);
        }
        return problems;
    }

    @Override
    public void close() {
        client.close();
        CrashFolder.delete(place);
    }

    /** A command's exit code, and what it has printed. */
    record Ran(int code, String said) {}

    static Ran run(List<String> command, Path data) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of("--data", data.toString()));
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        return new Ran(Main.run(all.toArray(String[]::new), KEY, to, to), said.toString());
    }
}
