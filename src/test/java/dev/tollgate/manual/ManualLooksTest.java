package dev.tollgate.manual;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.browser.Windows;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documentation as people see it. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class ManualLooksTest {

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
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
            look(visit, "/docs/models", "docs-models");
            look(visit, "/docs/models/google/gemini-2.5-pro", "docs-model");
            if (Effort.isLong()) { // made as the others, of the same parts
                look(visit, "/docs/chat-completions", "docs-chat");
                look(visit, "/docs/errors", "docs-errors");
            }
        }
    }

    private static void look(Visit visit, String path, String name) {
        assertThat(visit.open(path).status()).isEqualTo(200);
        visit.look(name);
    }
}
