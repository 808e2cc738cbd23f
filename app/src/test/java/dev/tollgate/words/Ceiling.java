package dev.tollgate.words;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How many texts may stand outside the functions in each district, and the texts that stay outside for a reason. */
public final class Ceiling {

    static final Path LIMITS = Path.of("app/src/test/resources/words/ceiling.csv");
    static final Path REASONS = Path.of("app/src/test/resources/words/reasons.tsv");

    private static final String HEAD = "district,texts";

    /** All texts of a place. */
    private static final String ALL = "*";

    private final Map<String, Integer> limits = new LinkedHashMap<>();
    private final Set<AllSentences.Outside> reasons = new HashSet<>();
    private final Set<AllSentences.Outside> used = new HashSet<>();

    public static Ceiling read() {
        try {
            Ceiling ceiling = new Ceiling();
            for (String line : Files.readAllLines(LIMITS)) {
                String[] cells = line.split(",");
                if (!line.equals(HEAD)) {
                    ceiling.limits.put(cells[0], Integer.parseInt(cells[1]));
                }
            }
            for (String line : Files.readAllLines(REASONS).stream().skip(1).toList()) {
                String[] cells = line.split("\t");
                if (cells.length != 3 || cells[2].isBlank()) {
                    throw new IllegalStateException(
                            REASONS + ": '" + line + "' is no place, text and reason, with tabs between them");
                }
                ceiling.reasons.add(new AllSentences.Outside(cells[0], cells[1]));
            }
            return ceiling;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Map<String, Integer> limits() {
        return limits;
    }

    /** Returns whether a text stays outside for a reason. */
    public boolean hasReason(AllSentences.Outside text) {
        AllSentences.Outside one = new AllSentences.Outside(
                text.place(), text.text().replace("\n", "\\n").replace("\t", "\\t"));
        AllSentences.Outside all = new AllSentences.Outside(text.place(), ALL);
        used.add(reasons.contains(one) ? one : all);
        return reasons.contains(one) || reasons.contains(all);
    }

    /** Returns the reasons of texts that are gone. */
    public List<AllSentences.Outside> idle() {
        List<AllSentences.Outside> idle = new ArrayList<>(reasons);
        idle.removeAll(used);
        return idle;
    }

    /** Writes what has fallen. */
    public void lower(Map<String, Integer> counts) throws IOException {
        List<String> lines = new ArrayList<>(List.of(HEAD));
        limits.forEach(
                (district, limit) -> lines.add(district + "," + Math.min(limit, counts.getOrDefault(district, 0))));
        Files.write(LIMITS, lines);
    }
}
