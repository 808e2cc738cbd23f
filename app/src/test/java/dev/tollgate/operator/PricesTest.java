package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.app.App;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Prices that are set while the program runs. */
@Timeout(60)
class PricesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String MODEL = "gemini-3-pro";
    private static final String CALL = """
            {"model":"gemini-3-pro","stream":false,"max_tokens":2000,"messages":[{"role":"user","content":"Tell me"}]}""";

    private static Gateway start(Stores stores) {
        return Gateway.startOn(stores, Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
    }

    private static Gateway.Reply set(Gateway gateway, String model, String body) {
        return gateway.post("/admin/models/" + model + "/prices", body, ADMIN_KEY);
    }

    private static JsonNode sold(Gateway gateway, String model) {
        JsonNode models = gateway.get("/admin/models", ADMIN_KEY).json().get("data");
        return StreamSupport.stream(models.spliterator(), false)
                .filter(one -> one.get("id").asString().equals(model))
                .findFirst()
                .orElseThrow();
    }

    private static void answers(Gateway gateway) {
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(10, 1000, 0)));
    }

    private static BigDecimal charge(Customer customer) {
        return customer.chat(CALL).json().get("credits_consumed").decimalValue();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_price_that_is_set_holds_for_the_next_call_after_a_restart_too_and_names_its_version(Stores stores) {
        try (Gateway gateway = start(stores)) {
            Customer customer = gateway.customer("100");
            answers(gateway);
            assertThat(charge(customer)).isEqualByComparingTo("0.96");
            Gateway.Reply reply =
                    set(gateway, MODEL, "{\"input\":0,\"output\":2000,\"reason\":\"the provider's has doubled\"}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(201);
            assertThat(charge(customer)).isEqualByComparingTo("2");
            JsonNode task = customer.lastTask();
            assertThat(task.get("pricing_detail").get("price_version").asString())
                    .isEqualTo("gemini-3-pro@set-1");
            gateway.restart();
            answers(gateway);
            assertThat(charge(customer)).isEqualByComparingTo("2");
            JsonNode deed = gateway.get("/admin/audit?subject=" + MODEL, ADMIN_KEY)
                    .json()
                    .get("data")
                    .get(0);
            assertThat(deed.get("action").asString()).isEqualTo("model.price");
            assertThat(deed.get("before").get("output").decimalValue()).isEqualByComparingTo("960");
            assertThat(deed.get("after").get("version").asString()).isEqualTo("gemini-3-pro@set-1");
            assertThat(deed.get("reason").asString()).isEqualTo("the provider's has doubled");
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void a_call_that_runs_is_charged_at_the_price_that_it_was_held_for() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            Customer customer = gateway.customer("100");
            gateway.script(UpstreamScript.answers()
                    .text("begun", new Tokens(10, 500, 0))
                    .delay(600)
                    .text(" and done.", new Tokens(10, 1000, 0))
                    .finish("STOP", new Tokens(10, 1000, 0)));
            try (RawCall call = customer.chatRaw(CALL.replace("\"stream\":false", "\"stream\":true"))) {
                call.readUntil("begun");
                assertThat(set(gateway, MODEL, "{\"input\":0,\"output\":5000,\"reason\":\"dearer\"}")
                                .status())
                        .isEqualTo(201);
                call.readUntil("[DONE]");
            }
            assertThat(customer.lastTask().get("credits_consumed").decimalValue())
                    .isEqualByComparingTo("0.96");
            gateway.assertBooksAreClosed();
        }
    }

    @Test
    void another_server_goes_by_it_within_a_moment() {
        String url = Postgres.empty();
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        try (Gateway one = Gateway.startOn(url, environment, "timeouts.drain", "0ms");
                Gateway two = Gateway.startOn(url, environment, "timeouts.drain", "0ms")) {
            set(one, MODEL, "{\"input\":1,\"output\":2000,\"reason\":\"from the one\"}");
            Gateway.await(
                    "the other server's price",
                    () -> sold(two, MODEL).get("price").get("output").asInt() == 2000);
            set(two, MODEL, "{\"input\":1,\"output\":3000,\"reason\":\"from the other\"}");
            assertThat(sold(two, MODEL).get("price").get("version").asString()).isEqualTo("gemini-3-pro@set-2");
            Gateway.await(
                    "the first server's price",
                    () -> sold(one, MODEL).get("price").get("output").asInt() == 3000);
        }
    }

    @Test
    void a_stale_price_form_does_not_overwrite_a_newer_price() throws Exception {
        try (Gateway gateway = start(Stores.SQLITE)) {
            String looked = sold(gateway, MODEL).get("price").get("version").asString();
            String body = "{\"input\":1,\"output\":%d,\"version\":\"" + looked + "\",\"reason\":\"two at once\"}";
            CompletableFuture<Integer> first = CompletableFuture.supplyAsync(
                    () -> set(gateway, MODEL, body.formatted(2)).status());
            int second = set(gateway, MODEL, body.formatted(3)).status();
            assertThat(new int[] {first.get(), second}).containsExactlyInAnyOrder(201, 409);
            JsonNode versions = gateway.get("/admin/models/" + MODEL + "/prices", ADMIN_KEY)
                    .json()
                    .get("data");
            assertThat(versions).hasSize(1);
        }
    }

    @Test
    void what_is_sold_below_cost_is_marked_and_a_file_that_differs_is_shown_and_not_applied() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            String model = "google/gemini-2.5-pro";
            JsonNode before = sold(gateway, model);
            assertThat(before.get("source").asString()).isEqualTo("file");
            assertThat(before.get("file_price").isNull()).isTrue();
            BigDecimal cost = before.get("upstream").get("output").decimalValue();
            String below = cost.divide(BigDecimal.valueOf(2)).toPlainString();
            String even = before.get("upstream").get("input").decimalValue().toPlainString();
            Gateway.Reply reply =
                    set(gateway, model, "{\"input\":" + even + ",\"output\":" + below + ",\"reason\":\"a campaign\"}");
            JsonNode after = reply.json();
            assertThat(after.get("loss").asBoolean()).isTrue();
            assertThat(after.get("margin_percent").get("output").decimalValue()).isEqualByComparingTo("-100");
            assertThat(after.get("margin_percent").get("input").decimalValue()).isEqualByComparingTo("0");
            assertThat(after.get("source").asString()).isEqualTo("set");
            assertThat(after.get("file_price").get("output"))
                    .isEqualTo(before.get("price").get("output"));
            assertThat(gateway.app().banner()).isNotNull();
        }
    }

    @Test
    void a_price_that_is_none_is_refused_by_name() {
        try (Gateway gateway = start(Stores.SQLITE)) {
            for (String[] wrong : new String[][] {
                {"{\"input\":-1,\"output\":1,\"reason\":\"wrong\"}", "input"},
                {"{\"input\":1,\"output\":1000001,\"reason\":\"wrong\"}", "output"},
                {"{\"input\":1,\"output\":1}", "reason"},
                {"{\"input\":1,\"output\":1,\"reasoning\":\"maybe\",\"reason\":\"wrong\"}", "reasoning"}
            }) {
                Gateway.Reply reply = set(gateway, MODEL, wrong[0]);
                assertThat(reply.status()).as(wrong[0]).isEqualTo(400);
                assertThat(reply.error().get("param").asString()).isEqualTo(wrong[1]);
            }
            assertThat(set(gateway, "no-such", "{\"input\":1,\"output\":1,\"reason\":\"nothing\"}")
                            .status())
                    .isEqualTo(404);
            assertThat(gateway.get("/admin/audit?subject=" + MODEL, ADMIN_KEY)
                            .json()
                            .get("data"))
                    .isEmpty();
        }
    }

    // ---- a version means one price ----

    /** The built-in catalogue as a file. @param input of gemini-3-pro; null: as it is */
    private static Path catalogue(Path folder, String input) throws IOException {
        Path file = Files.createTempFile(folder, "models", ".yaml");
        Files.delete(file);
        CatalogueLoader.copyBuiltIn(file);
        if (input != null) {
            String text = Files.readString(file);
            Files.writeString(file, text.replaceFirst("(version: gemini-3-pro@\\S+\\s+input: )[0-9.]+", "$1" + input));
        }
        return file;
    }

    private static App start(Path data, Path models) {
        return App.start(
                SettingsLoader.load(
                        Map.of("port", "0", "data", data.toString(), "models.file", models.toString()), Map.of()),
                Surroundings.REAL);
    }

    @Test
    void a_changed_rate_under_an_old_version_stops_the_start(@TempDir Path folder) throws IOException {
        Path data = Migrated.in(folder);
        start(data, catalogue(folder, null)).close();
        Path changed = catalogue(folder, "77.5");
        assertThatThrownBy(() -> start(data, changed))
                .isInstanceOf(CannotOpen.class)
                .hasMessageMatching(".*" + changed.getFileName() + ":[0-9]+: the price version 'gemini-3-pro@.*' of"
                        + " gemini-3-pro means another price in this installation: input [0-9.]+, not 77.5\\. Give the"
                        + " changed price a new version, or write the former rates\\.");
        Files.writeString(
                changed,
                Files.readString(changed).replaceFirst("version: gemini-3-pro@\\S+", "version: gemini-3-pro@new"));
        start(data, changed).close();
        start(data, catalogue(folder, null)).close(); // each version means what it meant
    }

    @Test
    void a_start_names_each_changed_rate_of_an_old_version(@TempDir Path folder) throws IOException {
        Path data = Migrated.in(folder);
        String rates = """
                160
                      cached_input: %s
                      above: {prompt_tokens: 200000, input: 320, cached_input: 32, output: %s}
                      tiers: {flex: 0.5%s}""";
        start(data, catalogue(folder, rates.formatted("16", "1440", ", priority: 1.8")))
                .close();
        assertThatThrownBy(() -> start(data, catalogue(folder, rates.formatted("16.5", "1500", ""))))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining(
                        "cached_input 16, not 16.5; above.output 1440, not 1500; tiers.priority 1.8, not none.");
        assertThatThrownBy(() -> start(data, catalogue(folder, "160")))
                .isInstanceOf(CannotOpen.class)
                .hasMessageContaining("cached_input 16, not none; above ");
    }

    @Test
    void the_second_of_two_nodes_whose_prices_disagree_is_refused(@TempDir Path folder) throws IOException {
        String url = Postgres.migrated();
        String[] other = {"models.file", catalogue(folder, "77.5").toString()};
        try (Gateway first = Gateway.startOn(url)) {
            assertThatThrownBy(() -> Gateway.startOn(url, other))
                    .isInstanceOf(CannotOpen.class)
                    .hasMessageContaining("means another price in this installation");
            assertThat(first.number("SELECT COUNT(*) FROM price WHERE terms LIKE '%77.5%'"))
                    .isZero();
            assertThat(first.number("SELECT COUNT(*) FROM node")).isEqualTo(1);
            answers(first);
            assertThat(first.customer("10").chat(CALL).status()).isEqualTo(200);
        }
    }
}
