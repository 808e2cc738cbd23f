package dev.tollgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code runs.csv} (a line for each run, with its conditions) and {@code measurements.csv} (a line for each phase), both only ever appended to. */
final class ResultFiles {
    private final Path directory;

    ResultFiles(Path directory) {
        this.directory = directory;
    }

    void append(String run, Map<String, String> conditions, List<Measurement> measurements) throws IOException {
        Files.createDirectories(directory);
        append("runs.csv", "run," + line(conditions.keySet()), List.of(run + "," + line(conditions.values())));
        append(
                "measurements.csv",
                Measurement.HEADER,
                measurements.stream().map(m -> m.csv(run)).toList());
    }

    private void append(String name, String header, List<String> lines) throws IOException {
        Path file = directory.resolve(name);
        if (Files.notExists(file)) {
            Files.writeString(file, header + "\n");
        }
        Files.write(file, lines, StandardOpenOption.APPEND);
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
