package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the console says of models that are sold below their cost, at a catalogue whose upstream doubles a price on 1 January 2027. */
@Timeout(60)
class ConsoleLossesTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String MODEL = "/console/prices/gemini-3.6-flash";

    @TempDir
    private Path folder;

    /** Leaves out the retirements ahead, whose successors cost something else. Those of October stay: the prices are the successors'. */
    private PortalServer start(Instant now) throws IOException {
        String models = Files.readString(Path.of("models/gemini-all.yaml"))
                .replaceAll("(?m)^    retires:\n(?!.*[{]at: 2026-10-08)(      .*\n)+", "");
        PortalServer server = PortalServer.start(
                "models.file",
                Files.writeString(folder.resolve("models.yaml"), models).toString(),
                "operator.password",
                PASSWORD,
                "gemini.base-url",
                "http://127.0.0.1:9",
                "gemini.api-key",
                "none");
        server.setNow(now);
        return server;
    }

    private static Browser operator(PortalServer server) {
        Browser operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        return operator;
    }

    private static boolean isTicked(String console) {
        String before = console.substring(0, console.indexOf("Check that no model sells at a loss"));
        return before.lastIndexOf(">done<") > before.lastIndexOf(">to do<");
    }

    private static Map<String, String> price(String cancels) {
        return Map.of(
                "deed",
                "model.price",
                "input",
                "160",
                "output",
                "750",
                "reasoning",
                "billed",
                "cancel_scheduled",
                cancels,
                "reason",
                "a test");
    }

    private static Map<String, String> preview() {
        Map<String, String> form = new HashMap<>(price("false"));
        form.put("preview", "on");
        return form;
    }

    @Test
    void a_loss_within_sixty_days_shows_alike_on_every_page() throws IOException {
        try (PortalServer server = start(Instant.parse("2026-11-20T12:00:00Z"))) {
            Browser operator = operator(server);
            assertThat(isTicked(operator.get("/console").body())).isTrue();
            operator.submit(MODEL, MODEL, price("false"));
            String kept = operator.get("/console").body();
            assertThat(isTicked(kept)).isTrue();
            assertThat(kept).doesNotContain("Sold below");
            operator.submit(MODEL, MODEL, price("true"));
            String console = operator.get("/console").body();
            assertThat(isTicked(console)).isFalse();
            assertThat(console).contains("Sold below cost, now or within 60 days: gemini-3.6-flash (from 1 Jan 2027).");
            assertThat(operator.get("/console/prices").body())
                    .contains(
                            "loss: input, output, cached input from 1 Jan 2027",
                            "<td class=\"hide nw\">1 Jan 2027</td><td class=\"num\">$0.80</td><td class=\"num spare\">$1.50</td>"
                                    + "<td class=\"num\">$0.70 (−88 %)</td>");
            assertThat(operator.get(MODEL).body()).contains("loss: input, output, cached input from 1 Jan 2027");
        }
    }

    @Test
    void each_model_that_a_group_sells_below_cost_is_a_warning_once_an_account_is_in_it() throws IOException {
        try (PortalServer server = start(Instant.parse("2026-11-20T12:00:00Z"))) {
            Browser operator = operator(server);
            change(server, "/admin/groups/gold", "{\"factor\":1000,\"models\":{\"gemini-3.6-flash\":999},%s}");
            String warning = "Sold below cost in the price group gold: gemini-3.6-flash";
            assertThat(operator.get("/console").body()).doesNotContain("below cost in the price group");
            String account = server.text("SELECT account_id FROM person");
            change(server, "/admin/accounts/" + account + "/group", "{\"group\":\"gold\",%s}");
            assertThat(operator.get("/console").body())
                    .contains(warning, "href=\"/console/groups/gold\"")
                    .doesNotContain("Sold below cost, now");
            change(server, "/admin/groups/gold", "{\"factor\":1000,%s}");
            server.setNow(Instant.parse("2026-11-20T12:00:05Z"));
            assertThat(operator.get("/console").body()).doesNotContain("below cost in the price group");
        }
    }

    @Test
    void many_models_below_cost_in_a_group_are_one_warning() throws IOException {
        try (PortalServer server = start(Instant.parse("2026-11-20T12:00:00Z"))) {
            change(server, "/admin/groups/gold", "{\"factor\":1,%s}");
            String account = server.text("SELECT account_id FROM person");
            change(server, "/admin/accounts/" + account + "/group", "{\"group\":\"gold\",%s}");
            String console = operator(server).get("/console").body();
            assertThat(Pattern.compile(">[^<>]*price group gold: [^<>]*<")
                            .matcher(console)
                            .results())
                    .as("the line, and the name of its button")
                    .hasSize(2);
            assertThat(console).containsPattern("price group gold: [^<]* and [1-9][0-9]* more\\.");
        }
    }

    private static void change(PortalServer server, String path, String body) {
        PortalServer.Reply reply =
                server.send("PUT", path, body.formatted("\"reason\":\"a partner\""), server.adminKey());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    @Test
    void a_margin_that_becomes_small_warns_above_the_prices() throws IOException {
        try (PortalServer server = start(Instant.parse("2026-11-20T12:00:00Z"))) {
            Browser operator = operator(server);
            Map<String, String> form = new HashMap<>(price("true"));
            form.putAll(Map.of("input", "320", "output", "1600", "cached_input", "32"));
            operator.submit(MODEL, MODEL, form);
            assertThat(operator.get("/console/prices").body())
                    .containsPattern("(?s)gemini-3.6-flash</a>: its lowest margin is 6.2 % from 1 Jan 2027,.*<table")
                    .contains("<span class=\"badge warn\">0.0 %</span>");
            assertThat(operator.get("/console").body())
                    .contains("A margin falls below 10 %: gemini-3.6-flash (6.2 % from 1 Jan 2027),"
                            + " gemini-3.5-flash (0.0 % from 8 Dec 2026).");
        }
    }

    @Test
    void the_preview_says_what_withdrawing_a_later_price_loses() throws IOException {
        try (PortalServer server = start(Instant.parse("2026-11-20T12:00:00Z"))) {
            String page = operator(server)
                    .submit(MODEL, MODEL, preview())
                    .body()
                    .replaceAll("\\s*<[^>]*>\\s*", " ")
                    .replaceAll(" +", " ");
            assertThat(page)
                    .contains("From 1 Jan 2027 In Out Margin in Margin out Kept 300 1,500 0.0 % 0.0 %")
                    .contains("Cancelled loss: input, output, cached input 160 750 −87.5 % −100.0 % Cost 300 1,500")
                    .contains(
                            "If you cancel it, the first example call brings 1.2950 credits from that day on, not 2.55."
                                    + " It costs you 2.55: you lose 1.2550 credits on each.")
                    .contains("Keep that price")
                    .doesNotContain("The new price is below");
        }
    }

    @Test
    void a_margin_on_the_cost_becomes_rates_in_the_preview() throws IOException {
        try (PortalServer server = start(Instant.parse("2026-11-20T12:00:00Z"))) {
            Map<String, String> form = new HashMap<>(preview());
            form.putAll(Map.of("margin", "30", "from", "2026-12-24"));
            String page = operator(server).submit(MODEL, MODEL, form).body();
            assertThat(page)
                    .contains("Takes effect on 24 Dec 2026, 00:00:00.000", "name=\"input\" value=\"195\"")
                    .containsPattern(
                            ">Input <span[^>]*>Cost 150</span></th><td[^>]*>150</td><td[^>]*>195</td><td[^>]*>150</td><td[^>]*>23.0 %</td>")
                    .containsPattern("(?s)<th[^>]*>2,000 tokens in.*?\\$0\\.[0-9]{4}.*?23\\.[0-9] %");
            form.put("margin", "a lot");
            assertThat(operator(server).submit(MODEL, MODEL, form).body()).contains("The mark-up must be a percentage");
        }
    }

    @Test
    void a_loss_beyond_sixty_days_shows_on_no_page() throws IOException {
        try (PortalServer server = start(Instant.parse("2026-10-20T12:00:00Z"))) {
            Browser operator = operator(server);
            operator.submit(MODEL, MODEL, price("true"));
            String console = operator.get("/console").body();
            assertThat(isTicked(console)).isTrue();
            assertThat(console).doesNotContain("Sold below");
            assertThat(operator.get("/console/prices").body()).doesNotContain("loss: ");
        }
    }
}
