package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.browser.Windows;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.KnownPages;
import dev.tollgate.testing.PageText;
import dev.tollgate.testing.Shared;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documentation as people see it. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class ManualLooksTest {

    private static final String FAULTS = """
            path => [...document.querySelectorAll('table')]
              .filter(table => table.scrollWidth > table.parentElement.clientWidth + 1
                || table.getBoundingClientRect().right > innerWidth)
              .map(table => path + ': ' + table.scrollWidth + ' px in ' + table.parentElement.clientWidth + ': ' + table.innerText.slice(0, 60))
              .concat(/<!--|-->/.test(document.body.innerText) ? [path + ' shows a comment'] : [])""";

    /** Headings and names of settings that are not hidden. */
    private static final String SHOWN = """
            () => [...document.querySelectorAll('.prose h2, .entry h3')]
              .filter(each => each.checkVisibility() && !/catalogue|commands|Files/.test(each.innerText)).map(each => each.innerText).join(' ')""";

    private static final String IN_SIGHT = """
            () => { const entry = document.querySelector('nav.contents [aria-current=page]');
              const [its, box] = [entry, entry.closest('nav')].map(each => each.getBoundingClientRect());
              return its.height > 0 && its.top >= box.top && its.bottom <= Math.min(box.bottom, innerHeight); }""";

    private static final KnownPages SEEN = new KnownPages(
            "app/src/test/resources/golden/manual-looks",
            "app/src/test/java/dev/tollgate/pages/docs/ManualLooksTest.java",
            "portal/src/main/resources/assets");

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        gateway.execute(
                "INSERT INTO announcement (number, text, begins_at, ends_at, created_at) VALUES"
                        + " (1, 'Calls took longer than usual.', 1700000000000, " + System.currentTimeMillis() + ", 1),"
                        + " (2, 'On Sunday from 08:00 to 09:00 UTC some calls may take longer than usual.', 4000000000000, NULL, 1)");
        gateway.execute(
                "INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, calls, first_4)"
                        + " WITH RECURSIVE d(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM d WHERE n < 80) SELECT "
                        + System.currentTimeMillis() / 3_600_000
                        + " * 3600000 - n * 86400000, 'x', '', 'gemini-2.5-pro', '',"
                        + " CASE WHEN n % 9 = 2 THEN 'failed' ELSE 'completed' END, 90, 90 FROM d");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void pages_can_be_read_on_a_phone_and_on_a_desk_and_stand_still(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            look(visit, "/docs", "docs-quickstart");
            look(visit, "/docs/billing", "docs-billing");
            look(visit, "/docs/configuration", "docs-configuration");
            look(visit, "/docs/reference/chat", "docs-reference");
            look(visit, "/docs/models", "docs-models");
            look(visit, "/docs/models/google/gemini-2.5-pro", "docs-model");
            look(visit, "/status", "status");
            look(visit, "/status/gemini-2.5-pro", "status-model");
            if (Effort.isLong()) { // made as the others, of the same parts
                look(visit, "/docs/chat-completions", "docs-chat");
                look(visit, "/docs/errors", "docs-errors");
            }
        }
    }

    @Test
    void every_page_fits_shows_no_comment_and_its_entry_in_its_contents() throws IOException {
        List<String> faults = new ArrayList<>();
        Browser reader = new Browser(gateway.url());
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT)) {
            for (String path : paths()) {
                if (SEEN.has(PageText.of(reader.get(path).body(), Map.of()))) {
                    continue;
                }
                visit.page().setViewportSize(1280, 800);
                visit.open(path);
                // the list of models has no contents beside it
                if (!path.equals(Manual.MODELS) && !(boolean) visit.page().evaluate(IN_SIGHT)) {
                    faults.add(path + ": its entry is out of sight");
                }
                for (int width : List.of(1280, 390)) {
                    visit.page().setViewportSize(width, 800);
                    faults.addAll((List<String>) visit.page().evaluate(FAULTS, path));
                }
            }
        }
        assertThat(faults).isEmpty();
        SEEN.keep();
    }

    private static List<String> paths() {
        return Manual.ofThisProgram().paths();
    }

    @Test
    void the_language_of_samples_is_kept_on_the_next_page() {
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT)) {
            visit.open("/docs");
            assertThat(visit.page().isVisible("pre[data-language=sh]:has-text('/v1/chat')"))
                    .isTrue();
            assertThat(visit.page().isVisible("pre[data-language=python]")).isFalse();
            visit.page()
                    .locator("[role=tab]", new Page.LocatorOptions().setHasText("Python"))
                    .first()
                    .click();
            assertThat(visit.page().isVisible("pre[data-language=python]")).isTrue();
            visit.open("/docs/embeddings");
            assertThat(visit.page().innerText("[role=tab][aria-selected=true]")).isEqualTo("Python");
            assertThat(visit.page().isVisible("pre[data-language=sh]")).isFalse();
            assertThat(visit.page().innerHTML("pre[data-language=python] >> nth=0"))
                    .contains("hljs-");
        }
    }

    @Test
    void places_are_found_while_one_types() {
        try (Visit visit = Visit.at(gateway.url(), 390, Scheme.DARK)) {
            visit.open("/docs");
            visit.page().fill("#look", "response_format");
            visit.page().waitForSelector(".found a");
            visit.page().keyboard().press("ArrowDown");
            visit.page().keyboard().press("Enter");
            visit.page().waitForURL("**/docs/reference/chat#createChatCompletion");
            visit.open("/docs/search?q=limit");
            visit.assertFits();
        }
    }

    @Test
    void keys_of_an_input_method_leave_the_search_as_it_is() {
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT)) {
            visit.open("/docs");
            visit.page().fill("#look", "response_format");
            visit.page().waitForSelector(".found a");
            visit.converts("#look", "ArrowDown");
            assertThat(visit.page().evaluate("() => document.activeElement.id")).isEqualTo("look");
            visit.converts("#look", "Escape");
            assertThat(visit.page().isVisible(".found")).isTrue();
            visit.page().press("#look", "Escape");
            assertThat(visit.page().isVisible(".found")).isFalse();
        }
    }

    @Test
    void the_filter_of_settings_leaves_what_has_the_words() {
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT)) {
            visit.open("/docs/configuration");
            visit.page().fill("#filter", "smtp server");
            assertThat(visit.page().evaluate(SHOWN)).isEqualTo("Mail mail.host");
            visit.page().fill("#filter", "");
            assertThat((String) visit.page().evaluate(SHOWN)).contains("Basics port host", "timeouts.upstream-idle");
        }
    }

    private static void look(Visit visit, String path, String name) {
        assertThat(visit.open(path).status()).isEqualTo(200);
        visit.look(name);
    }
}
