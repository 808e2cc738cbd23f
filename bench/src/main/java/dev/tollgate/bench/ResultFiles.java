package dev.tollgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code runs.csv} (a line for each run, with its conditions), {@code measurements.csv} (a line for each phase), and what else a run has; all are
 * only ever appended to.
 */
final class ResultFiles {
    private final Path directory;

    ResultFiles(Path directory) {
        this.directory = directory;
    }

    void append(String run, Map<String, String> conditions, List<Measurement> measurements) throws IOException {
        append("runs.csv", "run," + line(conditions.keySet()), List.of(run + "," + line(conditions.values())));
        append(
                "measurements.csv",
                Measurement.HEADER,
                measurements.stream().map(m -> m.csv(run)).toList());
    }

    void append(String name, String header, List<String> lines) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(name);
        if (Files.notExists(file)) {
            Files.writeString(file, header + "\n");
        }
        widen(file, header);
        Files.write(file, lines, StandardOpenOption.APPEND);
    }

    /** New columns come last; older lines get empty cells for them. */
    private static void widen(Path file, String header) throws IOException {
        List<String> lines = Files.readAllLines(file);
        String older = lines.isEmpty() ? "" : lines.getFirst();
        if (older.equals(header)) {
            return;
        }
        if (!header.startsWith(older + ",")) {
            throw new IllegalStateException(file + " has other columns; give another folder with --results");
        }
        String padding = ",".repeat(columns(header) - columns(older));
        Stream<String> wider = lines.stream().skip(1).map(line -> line + padding);
        Files.write(file, Stream.concat(Stream.of(header), wider).toList());
    }

    private static int columns(String header) {
        return header.split(",").length;
    }

    private static String line(Collection<String> values) {
        return values.stream().map(ResultFiles::cell).collect(Collectors.joining(","));
    }

    private static String cell(String value) {
        return value.matches("[^,\"\\n]*")
                ? value
                : "\"" + value.replace("\"", "\"\"").replace("\n", " ") + "\"";
    }
}
