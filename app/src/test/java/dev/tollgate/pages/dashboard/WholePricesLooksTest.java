package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.UpstreamScript;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The price list with every rate of a vendor, and a call that was charged by most of them. */
@Timeout(120)
@Order(1)
@ResourceLock(Shared.BROWSER)
class WholePricesLooksTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String CALL = """
            {"model":"gemini-3.1-pro-preview","stream":false,"web_search_options":{},"messages":[{"role":"user","content":"%s"}]}""".formatted("ab ".repeat(90_000));

    private static Gateway gateway;
    private static Browser operator;
    private static BusyAccount one;
    private static String call;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                "sign-up.credits", "1000", "operator.password", PASSWORD, "models.file", "models/gemini-all.yaml");
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        one = BusyAccount.in(gateway, "ci");
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"So"}]},"finishReason":"STOP",
                "groundingMetadata":{"webSearchQueries":["rain","wind"]}}],"usageMetadata":{"promptTokenCount":250000,
                "cachedContentTokenCount":180000,"candidatesTokenCount":1300,"thoughtsTokenCount":700,
                "totalTokenCount":252000},"modelVersion":"gemini-3.1-pro-preview","responseId":"r1"}"""));
        Gateway.Reply reply = one.customer.chat(CALL);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        call = one.customer.lastTask().get("id").asString();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 1280})
    void prices_of_many_rates_fit_every_window(int width) {
        try (Visit visit = Visit.at(gateway.url(), width, Scheme.LIGHT)) {
            look(visit, "/", "whole-prices-landing");
            look(visit, "/docs/models", "whole-prices-models");
            look(visit, "/docs/models/gemini-4-argon", "whole-prices-argon");
            look(visit, "/docs/models/gemini-3.1-pro-preview", "whole-prices-pro");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {390, 1280})
    void a_call_of_many_components_fits_every_window(int width) {
        try (Visit visit = Visit.at(gateway.url(), width, Scheme.LIGHT).with(one.browser.cookies())) {
            look(visit, "/dashboard/requests/" + call, "whole-prices-call");
        }
        try (Visit visit = Visit.at(gateway.url(), width, Scheme.LIGHT).with(operator.cookies())) {
            look(visit, "/console/requests/" + call, "whole-prices-console-call");
        }
    }

    private static void look(Visit visit, String path, String name) {
        visit.open(path);
        visit.assertFits();
        visit.keep(name);
    }
}
