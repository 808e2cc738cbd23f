package dev.tollgate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Makes the books, lets a gateway open them, and looks at its pages while calls are made. */
final class PagesRun {

    /** Zones far from UTC on both sides, for which days of UTC have to be taken apart. */
    private static final List<String> ZONES = List.of("Europe/Berlin", "UTC", "America/Los_Angeles", "Asia/Shanghai");

    private static final Map<String, String> MODELS = Map.of(
            "bench-large", "bench-call",
            "bench-small", "bench-call",
            "bench-old", "bench-call",
            "bench-missing", "missing");

    private static final int FIRST_LOOKS = 10;
    private static final int WARM_UP_LOOKS = 60;
    private static final Duration WARM_UP = Duration.ofSeconds(150);
    private static final int BUDGET_MILLIS = 30;
    private static final int USAGE_BUDGET_MILLIS = 60;
    private static final int MONTHS_BUDGET_MILLIS = 1_000;
    private static final String HEADER = "%-34s %-20s %8s %8s %8s %6s";

    private final RunOptions options;
    private final Size size;
    private final Path folder;
    private final Path directory;
    private final InstantSource clock;
    private final PrintStream out;

    /** @param rate calls a second next to the reader @param only a part of the names of the pages that are looked at; empty: all */
    record Size(long calls, int accounts, int days, int looks, int rate, String only) {}

    PagesRun(RunOptions options, Size size, Path folder, Path directory, InstantSource clock, PrintStream out) {
        this.options = options;
        this.size = size;
        this.folder = folder;
        this.directory = directory;
        this.clock = clock;
        this.out = out;
    }

    /** @return whether each page was within its budget and each call was answered */
    boolean run(boolean postgres, boolean verify) throws Exception {
        if (!postgres) {
            return run(verify, "jdbc:sqlite:" + folder.resolve("data").resolve("tollgate.db"), Map.of());
        }
        try (OwnPostgres server = OwnPostgres.start(folder.resolve("postgres"), directory.resolve("postgres.log"))) {
            Map<String, String> settings = new HashMap<>();
            settings.put("TOLLGATE_DATABASE_URL", server.url());
            settings.put("TOLLGATE_SECRET_KEY", "0123456789abcdef".repeat(4));
            return run(verify, server.url(), settings);
        }
    }

    private boolean run(boolean verify, String url, Map<String, String> database) throws Exception {
        Map<String, String> settings = new HashMap<>(database);
        settings.put("TOLLGATE_SIGN_UP_OPEN", "true");
        try (Children children = new Children(directory, false);
                MockUpstream mock = new MockUpstream(0)) {
            Path models = ModelsFile.write(directory.resolve("models.yaml"), MODELS);
            Gateway gateway = new Gateway(children, options, folder, models, mock.port(), settings);
            prepare(gateway, url);
            if (verify) {
                verify(gateway, settings);
            }
            String middle;
            try (Books books = Books.open(url)) {
                middle = new ManyCalls(books, out).middle();
                books.settle();
            }
            return measure(gateway, middle, url);
        }
    }

    // ---- the books ----

    private void prepare(Gateway gateway, String url) throws Exception {
        if (!Files.exists(folder.resolve("begun"))) {
            Gateway.Started first = gateway.start();
            new PagesVisitor(first.port()).signUp();
            Children.stop(first.process());
            Files.createFile(folder.resolve("begun"));
        }
        boolean called;
        try (Books books = Books.open(url)) {
            ManyCalls many = new ManyCalls(books, out);
            if (many.isFinished()) {
                return;
            }
            if (!many.hasBegun()) {
                many.begin(size.calls(), size.accounts(), size.days(), clock.instant());
            }
            called = many.hasTemplates();
        }
        if (!called) {
            out.println(ManyCalls.TEMPLATES + " real calls");
            Gateway.Started second = gateway.start();
            new TemplateCalls(second.port(), second.process().pid()).make();
            Children.stop(second.process());
        }
        try (Books books = Books.open(url)) {
            ManyCalls many = new ManyCalls(books, out);
            if (!called) {
                many.takeTemplates();
            }
            many.multiply();
            many.finish();
        }
    }

    private void verify(Gateway gateway, Map<String, String> settings) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(gateway.program());
        command.addAll(
                List.of("ledger", "verify", "--data", folder.resolve("data").toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(settings);
        long begin = System.nanoTime();
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> wrong = said.lines()
                .filter(line -> !line.contains(" has the receipt hash ") && !line.contains(" holds from "))
                .limit(20)
                .toList();
        if (process.waitFor() > 1 || !wrong.isEmpty()) {
            throw new IllegalStateException("ledger verify: " + wrong);
        }
        out.printf(
                "ledger verify found nothing wrong but the hashes and times of multiplied calls, %.0f s%n",
                (System.nanoTime() - begin) / 1e9);
    }

    // ---- the pages ----

    private boolean measure(Gateway gateway, String middle, String url) throws Exception {
        String load = Conditions.load();
        Gateway.Started started = gateway.start();
        PagesVisitor visitor = new PagesVisitor(started.port());
        visitor.signIn();
        List<PageTimes> times = new ArrayList<>();
        Besieged besieged = new Besieged(started.port(), started.process().pid(), List.of(), List.of(), List.of(), "");
        for (PageTimes.PageKind page : pages(middle)) {
            for (int i = 0; i < FIRST_LOOKS; i++) {
                visitor.tryToLook(page.path()); // before there is load, as a server that has run for long has
            }
        }
        Victim.Figures calls;
        try (Victim victim = new Victim(besieged, Math.max(1, 1_000 / size.rate()))) {
            for (PageTimes.PageKind page : pages(middle)) {
                for (int i = 0; i < WARM_UP_LOOKS; i++) {
                    visitor.tryToLook(page.path());
                }
            }
            // The compiler is busy with what calls and pages do for some minutes, where it shares two processors with
            // all of them.
            for (long end = System.nanoTime() + WARM_UP.toNanos(); System.nanoTime() < end; ) {
                for (PageTimes.PageKind page : pages(middle)) {
                    visitor.tryToLook(page.path());
                }
            }
            victim.warmedUp(); // calls wait for seconds before the first call: that is a start, and none of
            // what pages do to them
            out.printf(HEADER + "%n", "page", "zone", "p50 ms", "p95 ms", "max ms", "budget");
            for (PageTimes.PageKind page : pages(middle)) {
                for (String zone : page.name().equals("overview") || page.name().startsWith("usage")
                        ? ZONES
                        : ZONES.subList(0, 1)) {
                    visitor.live(zone);
                    look(visitor, page, WARM_UP_LOOKS / 3);
                    PageTimes time = PageTimes.of(page, zone, look(visitor, page, size.looks()));
                    times.add(time);
                    out.println(time.line());
                }
            }
            calls = victim.stop();
        }
        out.printf(
                "calls beside: %d, %d failed, p50 %.1f, p99 %.1f, max %.0f ms%n",
                calls.calls(), calls.failed(), calls.p50Nanos() / 1e6, calls.p99Nanos() / 1e6, calls.maxNanos() / 1e6);
        write(times, calls, url, load);
        return calls.failed() == 0 && times.stream().allMatch(PageTimes::isWithin);
    }

    private List<PageTimes.PageKind> pages(String middle) {
        LocalDate today = clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
        String month = YearMonth.from(today).minusMonths(1).toString();
        String range = "range=own&from=" + today.minusDays(31) + "&to=" + today.minusDays(1);
        String log = "/dashboard/requests";
        List<PageTimes.PageKind> all = List.of(
                page("overview", "/dashboard"),
                page("requests", log),
                page("requests, deep", log + "?before=" + middle),
                page("requests of a model", log + "?model=bench-old"),
                page("requests of a key", log + "?key=key_bench_demo_11"),
                page("requests that failed", log + "?state=failed"),
                page("requests that were cancelled", log + "?state=cancelled"),
                page("requests of a month long ago", log + "?range=own&from=" + month + "-01&to=" + month + "-28"),
                page("one request", log + "/" + middle),
                page("keys", "/dashboard/keys"),
                page("a key", "/dashboard/keys/key_bench_demo_1"),
                page("billing", "/dashboard/billing"),
                page("statement", "/dashboard/billing/statements/" + month),
                new PageTimes.PageKind("usage of 31 days", "/dashboard/usage?" + range, USAGE_BUDGET_MILLIS),
                new PageTimes.PageKind(
                        "usage of 31 days by key", "/dashboard/usage?by=key&" + range, USAGE_BUDGET_MILLIS),
                new PageTimes.PageKind("months of the books", "/console/books/months", MONTHS_BUDGET_MILLIS),
                new PageTimes.PageKind(
                        "one month of the books", "/console/books/months/" + month, MONTHS_BUDGET_MILLIS),
                new PageTimes.PageKind(
                        "customers of a month", "/console/books/months/" + month + "/used", MONTHS_BUDGET_MILLIS),
                new PageTimes.PageKind(
                        "balances at its end", "/console/books/months/" + month + "/held", MONTHS_BUDGET_MILLIS));
        return all.stream().filter(page -> page.name().contains(size.only())).toList();
    }

    private static PageTimes.PageKind page(String name, String path) {
        return new PageTimes.PageKind(name, path, BUDGET_MILLIS);
    }

    private static Histogram look(PagesVisitor visitor, PageTimes.PageKind page, int looks)
            throws IOException, InterruptedException {
        Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
        for (int i = 0; i < looks; i++) {
            long begin = System.nanoTime();
            visitor.look(page.path());
            nanos.recordValue(System.nanoTime() - begin);
        }
        return nanos;
    }

    private void write(List<PageTimes> times, Victim.Figures calls, String url, String load)
            throws IOException, SQLException {
        String run = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Map<String, String> conditions = Conditions.read(options, folder, "");
        conditions.put("load_before", load);
        conditions.forEach((name, value) -> out.println(name + ": " + value));
        ResultFiles files = new ResultFiles(options.results());
        files.append(
                "pages.csv",
                PageTimes.HEADER,
                times.stream().map(time -> time.csv(run)).toList());
        files.append(
                "pages-runs.csv",
                "run,database,calls,accounts,days,looks,calls_beside,failed,call_p50_nanos,call_p99_nanos,commit,cpu,cores,load_before,note",
                List.of(String.join(
                        ",",
                        run,
                        url.startsWith("jdbc:sqlite:") ? "sqlite" : "postgresql",
                        Long.toString(size.calls()),
                        Integer.toString(size.accounts()),
                        Integer.toString(size.days()),
                        Integer.toString(size.looks()),
                        Long.toString(calls.calls()),
                        Integer.toString(calls.failed()),
                        Long.toString(calls.p50Nanos()),
                        Long.toString(calls.p99Nanos()),
                        conditions.getOrDefault("commit", ""),
                        conditions.getOrDefault("cpu", "").replace(',', ' '),
                        conditions.getOrDefault("cores", ""),
                        load.replace(',', ' '),
                        options.note().replace(',', ' '))));
    }
}
