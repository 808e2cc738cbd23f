package dev.tollgate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares what pages cost in one language and in another, in turn. Exits 0 if each page was answered. Loopback only. */
@Command(
        name = "languages",
        mixinStandardHelpOptions = true,
        description =
                "Compares the pages in English with those in another language, and with the pages of another build, in alternating rounds.")
final class LanguagesCommand implements Callable<Integer> {

    private static final List<String> PAGES = List.of(
            "/docs/models",
            "/docs/billing",
            "/docs",
            "/dashboard",
            "/dashboard/requests",
            "/dashboard/keys",
            "/dashboard/usage",
            "/dashboard/billing",
            "/dashboard/settings");

    private static final String ENGLISH = "English";
    private static final String ROW = "%-22s %8s %8s %8s%n";

    @Option(names = "--language", defaultValue = "zh-Hans", description = "the other one, default ${DEFAULT-VALUE}")
    private String language = "";

    @Option(names = "--jar", description = "a gateway to start by java -jar; default is ./tollgate serve")
    private @Nullable Path jar;

    @Option(names = "--beside", description = "another gateway's jar, whose English pages are measured too")
    private @Nullable Path beside;

    @Option(names = "--rounds", defaultValue = "9", description = "default ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--looks", defaultValue = "40", description = "at each page in a round, default ${DEFAULT-VALUE}")
    private int looks;

    @Option(names = "--warmup", defaultValue = "30", description = "rounds before them, default ${DEFAULT-VALUE}")
    private int warmup;

    /** Whose pages are looked at. @param query behind a page's path */
    private record Reader(String name, long pid, PagesVisitor visitor, String query) {}

    /** One round of a reader. @param cpuMicros of the gateway, for a page on average @param nanos the median time of each page */
    private record Round(double cpuMicros, Map<String, Long> nanos, Map<String, Integer> chars) {}

    @Override
    public Integer call() throws Exception {
        Path directory = RunCommand.freshDirectory();
        try (Children children = new Children(directory, false);
                MockUpstream mock = new MockUpstream(0)) {
            List<Reader> readers = new ArrayList<>();
            Reader english = reader(children, directory, mock.port(), jar, ENGLISH);
            readers.add(english);
            readers.add(new Reader(language, english.pid, english.visitor, "?lang=" + language));
            if (beside != null) {
                readers.add(reader(children, directory, mock.port(), beside, "beside"));
            }
            System.out.println("load before: " + Conditions.load());
            for (int i = 0; i < warmup; i++) {
                for (Reader reader : readers) {
                    round(reader, looks / 4);
                }
            }
            Map<String, List<Round>> measured = new LinkedHashMap<>();
            for (int i = 0; i < rounds; i++) {
                for (int turn = 0; turn < readers.size(); turn++) {
                    Reader reader = readers.get((turn + i) % readers.size());
                    measured.computeIfAbsent(reader.name, _ -> new ArrayList<>())
                            .add(round(reader, looks));
                }
            }
            for (Reader reader : readers.subList(1, readers.size())) {
                print(measured, reader.name, System.out);
            }
            return 0;
        }
    }

    private Reader reader(Children children, Path directory, int mockPort, @Nullable Path program, String name)
            throws IOException, InterruptedException {
        RunOptions options = RunOptions.of(rounds, 1, 0, 1, program);
        Path folder = Files.createDirectories(directory.resolve(name));
        Gateway.Started started = new Gateway(
                        children,
                        options,
                        folder,
                        ModelsFile.write(folder.resolve("models.yaml")),
                        mockPort,
                        Map.of("TOLLGATE_SIGN_UP_OPEN", "true"))
                .start();
        PagesVisitor visitor = new PagesVisitor(started.port());
        visitor.signUp();
        return new Reader(name, started.process().pid(), visitor, "");
    }

    private static Round round(Reader reader, int looks) throws IOException, InterruptedException {
        Map<String, Long> nanos = new LinkedHashMap<>();
        Map<String, Integer> chars = new LinkedHashMap<>();
        long before = ProcessFigures.cpuMicros(reader.pid);
        for (String page : PAGES) {
            Histogram times = new Histogram(3);
            for (int i = 0; i < looks; i++) {
                long begin = System.nanoTime();
                chars.put(page, reader.visitor.look(page + reader.query));
                times.recordValue(System.nanoTime() - begin);
            }
            nanos.put(page, times.getValueAtPercentile(50));
        }
        double cpu = (ProcessFigures.cpuMicros(reader.pid) - before) / (double) (looks * PAGES.size());
        return new Round(cpu, nanos, chars);
    }

    private static void print(Map<String, List<Round>> measured, String name, PrintStream out) {
        List<Round> english = measured.getOrDefault(ENGLISH, List.of());
        List<Round> other = measured.getOrDefault(name, List.of());
        out.printf(ROW, "median", ENGLISH, name, "ratio");
        row(out, "CPU us a page", english, other, Round::cpuMicros);
        for (String page : PAGES) {
            row(out, page + " ms", english, other, round -> round.nanos.getOrDefault(page, 0L) / 1e6);
        }
        for (String page : PAGES) {
            row(out, page + " chars", english, other, round -> round.chars.getOrDefault(page, 0));
        }
    }

    private static void row(
            PrintStream out, String name, List<Round> english, List<Round> other, ToDoubleFunction<Round> figure) {
        double[] ratios = new double[english.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(other.get(i)) / figure.applyAsDouble(english.get(i));
        }
        out.printf(ROW, name, median(english, figure), median(other, figure), rounded(ratios));
    }

    private static String median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return rounded(rounds.stream().mapToDouble(figure).toArray());
    }

    private static String rounded(double[] figures) {
        return "%.3f".formatted(Figures.median(Arrays.stream(figures)));
    }
}
