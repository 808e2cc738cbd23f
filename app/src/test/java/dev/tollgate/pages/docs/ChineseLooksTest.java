package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.browser.Windows;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages for strangers and settings in Chinese, in a browser. */
@Order(1)
@ResourceLock(Shared.BROWSER)
class ChineseLooksTest {

    private static final String ASKED = "?lang=zh-Hans";

    /** One page of each kind is shown to axe; the long tests show it all. */
    private static final Set<String> CLOSELY = Set.of("landing", "docs-quickstart", "docs-model", "status");

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("sign-up.open", "true");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void pages_fit_and_can_be_read(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme)) {
            look(visit, "/", "landing");
            look(visit, "/docs", "docs-quickstart");
            look(visit, "/docs/first-hour", "docs-first-hour");
            look(visit, "/docs/keys", "docs-keys");
            look(visit, "/docs/models", "docs-models");
            look(visit, "/docs/models/google/gemini-2.5-pro", "docs-model");
            look(visit, "/docs/search", "docs-search");
            look(visit, "/status", "status");
        }
    }

    private static void look(Visit visit, String path, String name) {
        assertThat(visit.open(path + ASKED).status()).isEqualTo(200);
        assertThat(visit.page().getAttribute("html", "lang")).isEqualTo("zh-Hans");
        visit.look("zh-" + name);
        if (CLOSELY.contains(name)) {
            visit.assertAccessible();
        }
    }
}
