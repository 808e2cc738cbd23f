package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Route;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.FilledInstallation;
import dev.tollgate.testing.KnownPages;
import dev.tollgate.testing.MarkedLanguages;
import dev.tollgate.testing.PageText;
import dev.tollgate.testing.Shared;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The pages of a {@link FilledInstallation} in a browser, in each language that is offered and in one whose sentences are a third longer than the
 * English ones (L43): no page is wider than its window, and no text leaves its card. In the long tests all pages, and axe reads them in the offered
 * languages; else one of {@link #EACH}, and for fingers one page of each address, without the pages that looked right the last time.
 */
@Timeout(3_600)
@ResourceLock(Shared.BROWSER)
class LanguagesLookTest {

    private static final int EACH = Effort.isLong() ? 1 : 15;

    private static final KnownPages SEEN = new KnownPages(
            "app/src/test/resources/golden/looks",
            "app/src/test/java/dev/tollgate/app/LanguagesLookTest.java",
            "app/src/test/java/dev/tollgate/browser/Visit.java",
            "portal/src/main/resources/assets");

    @Test
    void a_page_in_another_language_fits_its_window() throws IOException {
        List<Language> languages = Stream.concat(Languages.complete().stream(), Stream.of(MarkedLanguages.ACCENTED))
                .toList();
        List<String> found = new ArrayList<>();
        try (FilledInstallation used = new FilledInstallation(languages).filled();
                Visit visit = Visit.at(used.gateway().url(), 390, Scheme.LIGHT)) {
            Looks looks = new Looks(visit, languages, found);
            visit.page().route(url -> !url.contains("/assets/"), looks::answer);
            new PagesGoldenTest.Collected(used, looks).all();
            visit.page().unrouteAll(); // the next visit has the same page
            assertThat(looks.asked).isGreaterThan(150);
            assertThat(looks.pressed).hasSizeGreaterThan(60);
        }
        assertThat(found).isEmpty();
        SEEN.keep();
    }

    /** Looks at the pages that are asked for, as the person who asks. */
    private static final class Looks implements PagesGoldenTest.Taking {

        private final Visit visit;
        private final List<Language> languages;
        private final List<String> found;
        private Browser person;
        private int asked;
        /** The addresses of pages that a finger has tried, without what tells pages of one kind apart. */
        private final Set<String> pressed = new HashSet<>();

        Looks(Visit visit, List<Language> languages, List<String> found) {
            this.visit = visit;
            this.languages = languages;
            this.found = found;
        }

        @Override
        public Browser.Page ask(Browser browser, String path) {
            Browser.Page page = browser.get(path);
            if (page.status() == 200) {
                person = browser;
                if (asked++ % EACH == 0) {
                    languages.forEach(language -> look(path, language));
                } else if (pressed.add(kind(path))) {
                    press(path);
                }
            }
            return page;
        }

        private static String kind(String path) {
            String address = path.replaceAll("[?#].*", "");
            return address.matches("/docs/(?!models).*")
                    ? "/docs"
                    : address.replaceAll("/(?=[^/]*[0-9])[^/]+", "/*"); // an id, a model or a month
        }

        /** In Chinese, whose names stand closer together than the English ones. */
        private void press(String path) {
            Language language = languages.getFirst();
            if (!isSeen("pressed", path, language)) {
                visit.open(PagesInLanguagesTest.in(language, path));
                note(path, language, visit::assertPressable);
            }
        }

        private boolean isSeen(String how, String path, Language language) {
            String html = person.get(PagesInLanguagesTest.in(language, path)).body();
            return SEEN.has(how + " " + language.tag() + "\n" + PageText.of(html, Map.of()));
        }

        private void note(String path, Language language, Runnable check) {
            try {
                check.run();
            } catch (AssertionError e) {
                found.add(path + " in " + language.tag() + ": " + e.getMessage());
            }
        }

        private void look(String path, Language language) {
            if (isSeen("looked", path, language)) {
                return;
            }
            visit.open(PagesInLanguagesTest.in(language, path));
            visit.inBothWindows(() -> {
                note(
                        path,
                        language,
                        language == MarkedLanguages.ACCENTED ? visit::assertWithinWindow : visit::assertFits);
                visit.keep("in-" + language.tag() + path.replaceAll("[^\\w-]+", "-"));
            });
        }

        /** Lets the person ask, whose cookies Chromium keeps from a site without TLS. Streams end at once. */
        void answer(Route route) {
            if (route.request().resourceType().equals("eventsource")) {
                route.fulfill(new Route.FulfillOptions().setStatus(204));
                return;
            }
            URI address = URI.create(route.request().url());
            Browser.Page page = person.get(
                    address.getRawPath() + (address.getRawQuery() == null ? "" : "?" + address.getRawQuery()));
            Map<String, String> headers = new HashMap<>();
            for (String name : List.of("content-type", "content-security-policy", "location")) {
                headers.put(name, page.header(name));
            }
            headers.values().removeIf(String::isEmpty);
            route.fulfill(new Route.FulfillOptions()
                    .setStatus(page.status())
                    .setHeaders(headers)
                    .setBody(page.body()));
        }

        @Override
        public void take(String name, String path, Browser.Page page) {}
    }
}
