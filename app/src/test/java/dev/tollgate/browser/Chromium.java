package dev.tollgate.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The one browser of a run. Whoever has {@link #taken} it owns it, and Playwright with it, until it is given back. */
final class Chromium {

    private static final String NOT_RUN =
            "NOT RUN: pages are looked at with Chromium (Debian: apt install chromium-headless-shell) and Node.js on the PATH; there is no ";

    /** Nothing but this machine has an address: a page that asks for anything else is seen to. */
    private static final String ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

    private static final AtomicBoolean TAKEN = new AtomicBoolean();

    /** What of it is not there, in the words of a user. */
    private static final Optional<String> MISSING = missing();

    /**
     * A page of a test lives for a second: parallel compiler and collector threads, and a process that others are forked from, cost more than
     * they save. Without them eight pages took a tenth less of the processor. All our servers are one site, 127.0.0.1: one process for it
     * compiles a page's scripts once for all, and only what of them runs. A process of its own for the pictures costs another tenth.
     */
    private static final List<String> CHEAP =
            List.of("--js-flags=--single-threaded --max-lazy", "--no-zygote", "--process-per-site", "--in-process-gpu");

    private static boolean isPlain;
    private static Browser browser;

    /** Where the next visit may be, too. */
    private static @Nullable Page page;

    private Chromium() {}

    /** @return an empty page, in a browser that starts now if none runs: a new page, or a page that was {@link #giveBack given back} */
    static Page taken() {
        assumeTrue(MISSING.isEmpty(), () -> NOT_RUN + MISSING.orElseThrow());
        if (!TAKEN.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "the browser is in use: declare @ResourceLock(Shared.BROWSER), and visit as one after the other");
        }
        try {
            if (browser == null) {
                browser = start();
            }
            Page kept = page;
            page = null;
            return kept == null ? newPage() : kept;
        } catch (RuntimeException e) {
            TAKEN.set(false);
            throw e;
        }
    }

    private static Page newPage() {
        Page made = browser.newContext(new Browser.NewContextOptions()
                        .setLocale("en-GB") // scripts know no name for a machine without one
                        .setTimezoneId("UTC"))
                .newPage();
        made.addInitScript(Visit.WATCH_SHIFTS);
        return made;
    }

    /**
     * Takes a page back. A new window for each test's first page took the processor twice as long as a used one.
     *
     * @param origin the origin that the page has visited; its cookies and everything that scripts have stored are deleted; immutable files are
     *     not
     * @param isWhole whether nothing has gone wrong
     */
    static void giveBack(Page used, String origin, boolean isWhole) {
        try {
            if (isWhole && !isPlain) {
                used.setExtraHTTPHeaders(Map.of());
                used.navigate("about:blank");
                used.context().clearCookies();
                CDPSession session = used.context().newCDPSession(used);
                JsonObject all = new JsonObject();
                all.addProperty("origin", origin);
                all.addProperty("storageTypes", "all");
                session.send("Storage.clearDataForOrigin", all);
                session.detach();
                page = used;
            } else {
                used.context().close();
            }
        } finally {
            TAKEN.set(false);
        }
    }

    /** As people have it, for who measures: to be said before the first visit. */
    static void plain() {
        isPlain = true;
    }

    private static Browser start() {
        Playwright playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of(
                        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD",
                        "1",
                        "PLAYWRIGHT_NODEJS_PATH",
                        onPath("node").orElseThrow().toString())));
        Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable().orElseThrow())
                        .setArgs(Stream.concat(Stream.of(ONLY_HERE), isPlain ? Stream.empty() : CHEAP.stream())
                                .toList()));
    }

    /** Says aloud when something is: a skipped test is easily overlooked. */
    private static Optional<String> missing() {
        Optional<String> missing = executable().isEmpty()
                ? Optional.of("Chromium")
                : onPath("node").isEmpty() ? Optional.of("Node.js") : Optional.empty();
        missing.ifPresent(what -> System.err.println(NOT_RUN + what));
        return missing;
    }

    /** The shell without windows shows the same pages for two thirds of the processor time. */
    private static Optional<Path> executable() {
        return Stream.of("chromium-headless-shell", "chromium", "chromium-browser")
                .flatMap(name -> onPath(name).stream())
                .findFirst();
    }

    private static Optional<Path> onPath(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of(path.split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
