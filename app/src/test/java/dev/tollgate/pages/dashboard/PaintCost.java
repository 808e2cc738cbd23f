package dev.tollgate.pages.dashboard;

import com.microsoft.playwright.Page;
import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Not a test: how soon pages are painted on this machine, from the beginning of the navigation (by a browser that runs, and has nothing of
 * ours, its process for the page included; then once more in the same window), and how long a task of a page keeps the browser busy, also while
 * an answer of 200 tokens a second is shown. Argument: how often each page is opened. Budgets: 150 ms at the median, no task above 100 ms.
 */
public final class PaintCost {

    private static final int WARM_UP = 3;
    private static final int TOKENS_A_SECOND = 200;
    private static final int EVENT_MILLIS = 20;
    private static final int STREAM_SECONDS = 20;

    /** What is not known is a task below 50 ms: browsers tell of longer ones only. */
    private static final String WATCH_TASKS = """
            window.longest = 0;
            new PerformanceObserver(list => list.getEntries().forEach(task => window.longest = Math.max(window.longest, task.duration)))
              .observe({type: 'longtask', buffered: true});""";

    private static final String LONGEST = "() => window.longest";

    private static final String PAINTED =
            "() => new Promise(done => { const look = () => { const paint = performance.getEntriesByName('first-contentful-paint')[0];"
                    + " paint ? done(paint.startTime) : requestAnimationFrame(look); }; look(); })";

    private PaintCost() {}

    public static void main(String[] args) {
        Visit.asPeopleHaveIt();
        int looks = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        try (Gateway gateway = Gateway.start("sign-up.credits", "5000")) {
            gateway.setNow(BusyAccount.NOW.minusSeconds(29L * 86_400));
            BusyAccount busy = BusyAccount.in(gateway, "prod-web");
            busy.live();
            gateway.setNow(BusyAccount.NOW);
            for (String path : List.of(
                    "/",
                    "/sign-in",
                    "/docs",
                    "/docs/models",
                    "/dashboard",
                    "/dashboard/usage",
                    "/dashboard/requests",
                    "/dashboard/requests/" + busy.lastCall(),
                    "/dashboard/keys",
                    "/dashboard/billing",
                    "/dashboard/settings",
                    "/playground")) {
                paint(gateway, busy, path, looks);
            }
            stream(gateway, busy);
        }
        System.exit(0);
    }

    private static void paint(Gateway gateway, BusyAccount busy, String path, int looks) {
        List<Double> first = new ArrayList<>();
        List<Double> next = new ArrayList<>();
        double longest = 0;
        for (int i = 0; i < WARM_UP + looks; i++) {
            try (Visit visit = visit(gateway, busy)) {
                visit.open(path);
                double painted = number(visit.page(), PAINTED);
                double task = number(visit.page(), LONGEST);
                visit.open(path);
                if (i >= WARM_UP) {
                    first.add(painted);
                    next.add(number(visit.page(), PAINTED));
                    longest = Math.max(longest, Math.max(task, number(visit.page(), LONGEST)));
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-40.40s painted after %4.0f ms, then %4.0f; longest task %s%n",
                path,
                median(first),
                median(next),
                told(longest));
    }

    private static double median(List<Double> all) {
        return all.stream().sorted().toList().get(all.size() / 2);
    }

    private static void stream(Gateway gateway, BusyAccount busy) {
        UpstreamScript script = UpstreamScript.answers();
        String text = answer();
        int pieces = STREAM_SECONDS * 1_000 / EVENT_MILLIS;
        int tokens = TOKENS_A_SECOND * EVENT_MILLIS / 1_000;
        for (int i = 0; i < pieces; i++) {
            int from = text.length() * i / pieces;
            int to = text.length() * (i + 1) / pieces;
            script.text(text.substring(from, to), new Tokens(10, (long) tokens * (i + 1), 0))
                    .delay(EVENT_MILLIS);
        }
        gateway.script(script.finish("STOP", new Tokens(10, (long) tokens * pieces, 0)));
        try (Visit visit = visit(gateway, busy)) {
            Page page = visit.page();
            visit.open("/playground");
            page.fill("#message", "Write on.");
            page.press("#message", "Control+Enter");
            page.waitForSelector(".turn.assistant:has-text('The very end.')");
            System.out.printf(
                    Locale.ROOT,
                    "%-50s longest task %s%n",
                    "playground, " + TOKENS_A_SECOND + " tokens a second for " + STREAM_SECONDS + " s",
                    told(number(page, LONGEST)));
        }
    }

    /** Paragraphs, lists, tables and code: about four characters a token. */
    private static String answer() {
        StringBuilder text = new StringBuilder();
        String end = "\n\nThe very end.";
        for (int i = 1; text.length() < TOKENS_A_SECOND * STREAM_SECONDS * 4 - end.length(); i++) {
            text.append("## Part ").append(i).append("\n\n");
            text.append("Some **words** about `part")
                    .append(i)
                    .append("`, and a [link](https://example.org/")
                    .append(i);
            text.append("). ")
                    .append("More of the same, as models write it. ".repeat(6))
                    .append("\n\n");
            text.append("- one\n- two\n- three\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n```java\n");
            text.append("record Point(int x, int y) { int sum() { return x + y; } } // a line\n".repeat(8))
                    .append("```\n\n");
        }
        return text + end;
    }

    private static String told(double millis) {
        return millis == 0 ? "below 50 ms" : String.format(Locale.ROOT, "%.0f ms", millis);
    }

    private static double number(Page page, String script) {
        return ((Number) page.evaluate(script)).doubleValue();
    }

    private static Visit visit(Gateway gateway, BusyAccount busy) {
        Visit visit = Visit.at(gateway.url(), 1_280, Scheme.LIGHT);
        visit.page().context().addInitScript(WATCH_TASKS);
        visit.with(busy.browser.cookies());
        return visit;
    }
}
