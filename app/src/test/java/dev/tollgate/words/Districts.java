package dev.tollgate.words;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;

/** The parts into which the pages' sentences are divided, each with the sources that belong to it. */
public final class Districts {

    /** The files of sources, as patterns of paths in the order of the list: the first that fits counts. */
    static final Path LIST = Path.of("app/src/test/resources/words/districts.csv");

    /** What is read by no person but developers: it is in English. */
    public static final String NONE = "";

    private final List<Line> lines;

    private record Line(String district, PathMatcher files) {}

    private Districts(List<Line> lines) {
        this.lines = lines;
    }

    public static Districts read() {
        try {
            List<Line> lines = new ArrayList<>();
            for (String line : Files.readAllLines(LIST)) {
                if (!line.startsWith("district,")) {
                    int comma = line.indexOf(',');
                    lines.add(new Line(
                            line.substring(0, comma),
                            FileSystems.getDefault().getPathMatcher("glob:" + line.substring(comma + 1))));
                }
            }
            return new Districts(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the district of a file of the checkout; {@link #NONE} if it has none. */
    public String of(Path file) {
        int line = place(file);
        return line == lines.size() ? NONE : lines.get(line).district;
    }

    /** Returns the number of the first line of the list that has the file; the number of lines if none has it. */
    public int place(Path file) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).files.matches(file)) {
                return i;
            }
        }
        return lines.size();
    }

    /** Returns their names, in order. */
    public List<String> names() {
        return lines.stream().map(Line::district).distinct().toList();
    }
}
