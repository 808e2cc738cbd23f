package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.WebError;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.Sizes;
import dev.tollgate.testing.Effort;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who looks at our pages, with a window of some width and no cookies yet. Closing it fails where a script has thrown, the console
 * has said a warning or an error, or anything was asked of another origin.
 */
public final class Visit implements AutoCloseable {

    private static final int HEIGHT = 800;
    private static final double MILLIS_MAX = 60_000; // a guard against hanging, not a measure
    private static final double REPORT_MILLIS_MAX = 15_000; // another guard
    private static final Set<String> FILES = Set.of("document", "stylesheet", "script", "image", "font", "other");
    /** They are for people, who ask for them: a third of the time that a look takes. */
    private static final boolean KEEPS_PICTURES = Effort.isLong() || Boolean.getBoolean("test.pictures");

    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Set<String> SPOKEN = Set.of("warning", "error", "assert");
    private static final Set<String> WITHOUT_HOST = Set.of("data", "blob", "about");

    /** Returns the elements that have moved without any input. */
    static final String WATCH_SHIFTS = """
            window.layoutShift = 0;
            window.moved = [];
            const count = shifts => shifts.filter(shift => !shift.hadRecentInput).forEach(shift => {
              window.layoutShift += shift.value;
              window.moved.push(...shift.sources.map(each => (each.node?.outerHTML ?? '').slice(0, 120)));
            });
            const watch = new PerformanceObserver(list => count(list.getEntries()));
            watch.observe({type: 'layout-shift', buffered: true});
            window.watchNoMore = () => { count(watch.takeRecords()); watch.disconnect(); };""";

    /** What has nothing wide in it and ends behind the window. */
    private static final String WIDE = """
            () => [...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > innerWidth
              && ![...each.children].some(child => child.getBoundingClientRect().right > innerWidth)).map(each => each.outerHTML.slice(0, 160))""";

    /** Returns cards whose content continues past their edge, though the window may be wide enough for it. */
    private static final String TOO_NARROW = """
            () => [...document.querySelectorAll('.card')].filter(card => card.scrollWidth > card.clientWidth + 1
              && getComputedStyle(card).overflowX === 'visible').map(card => card.outerHTML.slice(0, 160))""";

    /** Columns of credits that a table which is wider than its place has pushed out of it. */
    private static final String CREDITS_AWAY = """
            () => [...document.querySelectorAll('.scroll')].filter(place => place.checkVisibility()).flatMap(place =>
              [...place.querySelectorAll('thead th')].filter(head => /^(Credits|Charged|Margin$|Balance$)/.test(head.innerText)
                && head.getBoundingClientRect().right > place.getBoundingClientRect().right + 1)
              .map(head => place.getAttribute('aria-label') + ': ' + head.innerText))""";

    /** Whether something to press that is smaller than a finger's tip is near another. */
    private static final String CROWDED = """
            () => {
              const places = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
                .filter(each => each.checkVisibility()).map(each => each.getBoundingClientRect()).filter(place => place.width && place.height);
              return places.filter(place => place.width < 24 || place.height < 24).some(small => places.some(other => other !== small
                && Math.hypot(Math.max(0, other.left - (small.left + small.right) / 2, (small.left + small.right) / 2 - other.right),
                  Math.max(0, other.top - (small.top + small.bottom) / 2, (small.top + small.bottom) / 2 - other.bottom)) < 24));
            }""";

    /** How wide what holds this text is as far as the window shows it without being moved; -1 where there is none. */
    private static final String ROOM = """
            text => [...document.querySelectorAll('main td, main th, main dt')].filter(each => each.innerText.includes(text)
              && each.checkVisibility()).map(each => { const place = each.getBoundingClientRect();
              return place.left < 0 || place.right > innerWidth ? -1 : place.width; }).reduce((a, b) => Math.max(a, b), -1)""";

    private static final String NEXT_FRAME =
            "() => new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(shown)))";

    private final String origin;
    private volatile String led;
    private Windows.Window window;
    private final BrowserContext context;
    private final Page page;
    private final Axe axe;
    private final List<String> complaints = new ArrayList<>();
    private final List<Request> finished = new ArrayList<>();
    private final Map<String, Long> bytesByUrl = new HashMap<>();
    /** The bytes of cacheable files by URL, earlier visits included. */
    private static final Map<String, Long> KEPT_BYTES = new ConcurrentHashMap<>();

    private final Consumer<ConsoleMessage> hearing = this::hear;
    private final Consumer<Request> judging = this::judge;
    private final Consumer<Request> finishing = this::finish;
    private final Consumer<Request> failing;
    private final Consumer<WebError> throwing;
    private final Set<Request> running = new LinkedHashSet<>();
    private int streams;
    /** Whether the page that is shown was asked for by its address, and so can be asked for again. */
    private boolean opened;

    private static final int REQUESTS_MAX = 6;
    private static final long BYTES_MAX = 100_000;
    private static final long PLAYGROUND_BYTES_MAX = 120_000;
    private static final long HTML_BYTES_MAX = 40_000;

    /** The limit for pages that are no list of fifty rows: documentation, all settings, and pages with a chart, whose figures are in the page. */
    private static final long LONG_HTML_BYTES_MAX = 80_000;

    /**
     * One page of each kind, which axe reads here: a list, a form, what one thing is, a chart, a document, an entrance, the playground. Of the
     * other pages it reads the HTML without a browser, see {@code PagesGoldenTest}, and here in the long tests.
     */
    private static final Set<String> KINDS = Set.of(
            "requests",
            "key-new",
            "request",
            "overview",
            "docs-quickstart",
            "oidc/sign-in",
            "page-playground",
            "console-books",
            "console-requests",
            "harness-kind");

    private static final List<String> LONG =
            List.of("/docs", "/dashboard/usage", "/dashboard", "/console", "/console/settings/all");

    /**
     * What a page costs who has never seen one.
     *
     * @param requests streams of events included, whose bytes are not
     * @param bytes files that the browser has kept from an earlier page of this visit counted as they came
     * @param html the page's own
     */
    public record Weight(int requests, long bytes, long html) {}

    private Visit(Page page, String origin, Windows.Window window) {
        this.origin = origin;
        this.window = window;
        this.page = page;
        context = page.context();
        axe = new Axe(page);
        failing = running::remove;
        throwing = error -> complaints.add("a script has thrown: " + error.error());
        page.setDefaultTimeout(MILLIS_MAX);
        page.setViewportSize(window.width(), HEIGHT);
        page.emulateMedia(
                new Page.EmulateMediaOptions().setColorScheme(window.scheme().preference()));
        context.onConsoleMessage(hearing);
        context.onWebError(throwing);
        context.onRequest(judging);
        context.onRequestFinished(finishing);
        context.onRequestFailed(failing);
    }

    /**
     * Opens a visit without waiting: the browser has to be free. Without a browser the test is skipped.
     *
     * @param origin as in {@code http://127.0.0.1:8080}: pages may request from no other
     * @param width the window's width in CSS pixels
     */
    public static Visit at(String origin, int width, Scheme scheme) {
        Page page = Chromium.taken();
        try {
            return new Visit(page, origin, new Windows.Window(width, scheme));
        } catch (RuntimeException e) {
            Chromium.giveBack(page, origin, false);
            throw e;
        }
    }

    private void finish(Request request) {
        if (!isStream(request)) {
            finished.add(request);
            running.remove(request);
        }
    }

    private void hear(ConsoleMessage said) {
        if (SPOKEN.contains(said.type())) {
            complaints.add("the console says: " + said.text() + " (" + said.location() + ")");
        }
    }

    /** To another origin a link of ours may lead, as to a provider of sign-ins. */
    public void mayGoTo(String other) {
        led = other;
    }

    private void judge(Request request) {
        if (request.isNavigationRequest()) {
            finished.clear();
            opened = false;
            running.clear(); // the requests of the page before end with it, and the browser may not report that
            streams = 0;
        }
        if (isStream(request)) {
            streams++;
        } else {
            running.add(request);
        }
        String url = request.url();
        if (!url.equals(origin)
                && !url.startsWith(origin + "/")
                && (led == null || !url.startsWith(led + "/"))
                && !WITHOUT_HOST.contains(url.substring(0, Math.max(0, url.indexOf(':'))))) {
            complaints.add("another origin is asked: " + url);
        }
    }

    /** It does not end while the page stands. */
    private static boolean isStream(Request request) {
        return request.resourceType().equals("eventsource");
    }

    /** @param cookies the cookies of a person who has signed in elsewhere, as in a {@code Cookie} header */
    public Visit with(String cookies) {
        for (String cookie : cookies.split("; ")) {
            String[] parts = cookie.split("=", 2);
            context.addCookies(List.of(new Cookie(parts[0], parts[1]).setUrl(origin)));
        }
        return this;
    }

    /** For who measures how fast pages are: from now on the browser is as people have it, not as it is cheapest to test with. */
    public static void asPeopleHaveIt() {
        Chromium.plain();
    }

    /** What the window shows. Only for the thread of the test. */
    public Page page() {
        return page;
    }

    /** @return what the address has answered */
    public Response open(String path) {
        Response response = page.navigate(origin + path);
        opened = true;
        return response;
    }

    /** Clicks a button or a link that leads to another page, and waits for it. */
    public void press(String selector) {
        page.evaluate("() => { window.isBefore = true; }");
        page.click(selector);
        page.waitForFunction("() => !window.isBefore");
    }

    /** Presses a key in a field while an input method converts, as a browser reports it. */
    public void converts(String selector, String key) {
        page.locator(selector)
                .evaluate(
                        "(field, key) => field.dispatchEvent(new KeyboardEvent('keydown', "
                                + "{key, isComposing: true, bubbles: true, cancelable: true}))",
                        key);
    }

    /** Returns the transferred bytes of the page that is shown, after its last request. */
    public Weight weight() {
        settle();
        return measured();
    }

    private Weight measured() {
        long bytes = 0;
        long html = 0;
        // Asking for sizes lets the browser report what else has arrived: the list may grow in the loop.
        for (Request request : List.copyOf(finished)) {
            Sizes sizes = request.sizes();
            Map<String, Long> known = request.url().startsWith(origin + "/assets/") ? KEPT_BYTES : bytesByUrl;
            bytes += known.merge(request.url(), (long) sizes.responseHeadersSize + sizes.responseBodySize, Math::max);
            html += request.isNavigationRequest() ? sizes.responseBodySize : 0;
        }
        return new Weight(finished.size() + streams, bytes, html);
    }

    /**
     * Fails if the page that is shown breaks a rule of all pages: nothing moves, it requests few files and bytes, and it {@link #assertFits fits}. Its
     * picture is {@link #keep kept}. A page in {@link Windows#PHONE_BY_DAY} is checked in {@link Windows#DESK_BY_NIGHT}, too, unless another
     * visit does that: a page with an address is loaded there as well. One of each of {@link #KINDS} is checked there for all rules of axe, on the
     * phone for {@link Axe#SEEN}.
     */
    public void look(String name) {
        assertStandsAndIsSmall();
        keep(name);
        if (Effort.isLong() || !window.equals(Windows.PHONE_BY_DAY)) {
            assertFits();
            return;
        }
        boolean isRead = KINDS.contains(name);
        List<String> all = isRead ? Axe.ALL : null;
        List<String> seen = isRead ? Axe.SEEN : null;
        // What finds what cannot be read is larger than all of our pages: it goes into one document, which is shown in
        // both windows.
        boolean loads = opened;
        if (!loads) {
            check(seen);
        }
        show(Windows.DESK_BY_NIGHT);
        if (loads) {
            page.reload();
            assertStandsAndIsSmall();
        }
        check(all);
        show(Windows.PHONE_BY_DAY);
        if (loads) {
            check(seen);
        }
    }

    /** Checks the page that is shown in a phone by day and a desk by night. */
    public void inBothWindows(Runnable check) {
        for (Windows.Window each : List.of(Windows.PHONE_BY_DAY, Windows.DESK_BY_NIGHT)) {
            show(each);
            check.run();
        }
    }

    /** What moves by that does not count. */
    private void show(Windows.Window next) {
        window = next;
        page.evaluate("() => window.watchNoMore()");
        page.emulateMedia(
                new Page.EmulateMediaOptions().setColorScheme(next.scheme().preference()));
        page.setViewportSize(next.width(), HEIGHT);
        page.evaluate("() => document.getAnimations().forEach(each => each.finish())");
    }

    private void assertStandsAndIsSmall() {
        assertThat(layoutShift()).as("%s moves", page.url()).isZero();
        assertWithinBudget();
    }

    private void assertWithinBudget() {
        Weight weight = measured();
        String path = URI.create(page.url()).getPath();
        boolean isLong = LONG.contains(path) || path.startsWith("/docs/");
        assertThat(weight.requests()).as("requests of %s", path).isBetween(1, REQUESTS_MAX);
        assertThat(weight.bytes())
                .as("bytes of %s", path)
                .isBetween(weight.html(), path.equals("/playground") ? PLAYGROUND_BYTES_MAX : BYTES_MAX);
        assertThat(weight.html())
                .as("bytes of HTML of %s", path)
                .isBetween(1L, isLong ? LONG_HTML_BYTES_MAX : HTML_BYTES_MAX);
    }

    /** How much has moved by itself until the first {@link #picture}, in the unit of the Layout Instability API: 0 for nothing. */
    public double layoutShift() {
        settle();
        double shift = ((Number) page.evaluate("() => window.layoutShift")).doubleValue();
        if (shift > 0) {
            System.err.println(page.url() + ": what has moved: " + page.evaluate("() => window.moved"));
        }
        return shift;
    }

    /** Fails where no cell of a table or list has this text in it, is on the screen as a whole and has that many pixels for it. */
    public void assertRoomFor(String text, int pixels) {
        settle();
        assertThat(((Number) page.evaluate(ROOM, text)).intValue())
                .as("room for '%s' at %s", text, page.url())
                .isGreaterThanOrEqualTo(pixels);
    }

    /**
     * Fails where the page is wider than its window, what a card holds than the card, or where credits are off the screen; in the long tests also
     * where axe finds something.
     */
    public void assertFits() {
        check(Effort.isLong() ? Axe.ALL : null);
    }

    /** Fails as {@link #assertFits}, without axe: for a language that marks what it says, with which a label is not what its button shows. */
    public void assertWithinWindow() {
        check(null);
    }

    /** Shows the page in {@link Windows#PHONE_BY_DAY}, and fails where something to press is too small for a finger. */
    public void assertPressable() {
        settle();
        show(Windows.PHONE_BY_DAY);
        if ((boolean) page.evaluate(CROWDED)) {
            check(Axe.TARGETS);
        }
    }

    /** Fails as {@link #assertFits}, and where axe finds something. */
    public void assertAccessible() {
        check(Axe.ALL);
    }

    /** @param rules of axe; null for none */
    private void check(@Nullable List<String> rules) {
        settle();
        List<String> found = new ArrayList<>(rules == null ? List.of() : axe.complaints(rules));
        int widest = ((Number) page.evaluate("() => document.documentElement.scrollWidth")).intValue();
        if (widest > window.width()) {
            found.add(
                    "the page is " + widest + " px wide in a window of " + window.width() + ": " + page.evaluate(WIDE));
        }
        ((List<?>) page.evaluate(TOO_NARROW)).forEach(card -> found.add("what a card holds is wider than it: " + card));
        ((List<?>) page.evaluate(CREDITS_AWAY)).forEach(head -> found.add("credits are not on the screen: " + head));
        fail(found);
    }

    /** Writes a {@link #picture} if pictures are wanted: in the long run, and with {@code -Dtest.pictures=true}. */
    public void keep(String name) {
        if (KEEPS_PICTURES) {
            picture(name);
        }
    }

    /**
     * Writes {@code target/screenshots/NAME-WIDTH-SCHEME.png}, of the whole page. From then on no more shifts of this page are counted: for a
     * picture the window is made taller and small again, and nothing says when the last of what that moves has been reported.
     */
    public Path picture(String name) {
        settle();
        page.evaluate("() => window.watchNoMore()");
        Path file = PICTURES.resolve(name + "-" + window.width() + "-" + window.scheme() + ".png");
        page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(true));
        return file;
    }

    /** Forgets what the visit would fail for and what has this in it, as where a page is refused on purpose. Fails where there is none. */
    public void forgive(String part) {
        settle();
        if (!complaints.removeIf(complaint -> complaint.contains(part))) {
            throw new AssertionError("nothing to forgive has '" + part + "' in it: " + complaints);
        }
    }

    /** Until all that the page has asked for so far is there and shown. */
    private void settle() {
        page.waitForLoadState();
        try {
            page.waitForCondition(running::isEmpty, new Page.WaitForConditionOptions().setTimeout(REPORT_MILLIS_MAX));
        } catch (TimeoutError e) {
            // Once in some thousand times the browser never says that a file has come. A page that has loaded has its
            // files.
            running.removeIf(request -> FILES.contains(request.resourceType()));
            List<String> left = running.stream().map(Request::url).toList();
            if (!left.isEmpty()) {
                throw new AssertionError(page.url() + " still waits for " + left, e);
            }
        }
        page.evaluate(NEXT_FRAME);
    }

    private void fail(List<String> found) {
        if (!found.isEmpty()) {
            throw new AssertionError(page.url() + " at " + window.width() + " px, " + window.scheme() + ":\n"
                    + String.join("\n", found));
        }
    }

    @Override
    public void close() {
        boolean isWhole = false;
        try {
            page.evaluate("() => 0"); // what was said before it has been heard then
            fail(complaints);
            isWhole = true;
        } finally {
            context.offConsoleMessage(hearing);
            context.offWebError(throwing);
            context.offRequest(judging);
            context.offRequestFinished(finishing);
            context.offRequestFailed(failing);
            Chromium.giveBack(page, origin, isWhole);
        }
    }
}
