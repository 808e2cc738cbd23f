package dev.tollgate.models.lists;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.models.CatalogueTest;
import dev.tollgate.models.MessagesAlias;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.testing.Asked;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ModelsHandlerTest {

    /** A key for all models but one. */
    static final Gate<Caller> KEY = new Gate<>() {
        @Override
        public String name() {
            return "key";
        }

        @Override
        public Future<Caller> admit(Exchange exchange) {
            return Future.succeededFuture(new Caller() {
                @Override
                public String accountId() {
                    return "a1";
                }

                @Override
                public boolean mayUse(String model) {
                    return !model.equals("closed");
                }
            });
        }
    };

    static final ModelLife LIFE = new ModelLife() {
        @Override
        public Model current(Model model) {
            return model;
        }

        @Override
        public @Nullable Retirement retirement(Model model) {
            return model.id().equals("old")
                    ? new Retirement(Instant.parse("2026-12-01T00:00:00Z"), "next", false)
                    : null;
        }
    };

    private static final ModelsHandler MODELS = new ModelsHandler(
            SoldTo.all(CatalogueTest.catalogue(
                    CatalogueTest.model("open", "one", "two"),
                    CatalogueTest.model("old"),
                    CatalogueTest.model("closed"))),
            LIFE,
            new CodexModels(null),
            () -> Instant.EPOCH);
    private static final List<Route<?>> ROUTES =
            List.of(Route.get("/v1/models", KEY, MODELS.list()), Route.get("/v1/models/{id...}", KEY, MODELS.one()));

    private static String one(String id) {
        return Asked.get("/v1/models/" + id).at(ROUTES).text();
    }

    @Test
    void a_model_is_shown_in_the_shape_of_openai() {
        assertThat(one("open"))
                .isEqualTo(
                        "{\"id\":\"open\",\"object\":\"model\",\"type\":\"model\",\"display_name\":\"open\",\"created\":0,"
                                + "\"created_at\":\"1970-01-01T00:00:00Z\",\"owned_by\":\"google\","
                                + "\"aliases\":[\"one\",\"two\"],\"context_length\":1000,\"max_input_tokens\":1000,"
                                + "\"max_output_tokens\":100,\"max_tokens\":100,"
                                + "\"architecture\":{\"input_modalities\":[\"text\",\"image\",\"audio\",\"video\",\"file\"],"
                                + "\"output_modalities\":[\"text\"]},"
                                + "\"pricing\":{\"version\":\"v\",\"from\":null,\"input\":0.0001,\"output\":0.0002,"
                                + "\"reasoning\":\"billed\",\"rounding\":{\"rule\":\"floor-total\",\"step\":0.01,\"minimum\":0.01},\"next\":[]}}");
        assertThat(one("two")).isEqualTo(one("open"));
    }

    @Test
    void the_list_says_that_it_is_whole() {
        assertThat(Asked.get("/v1/models").at(ROUTES).text())
                .endsWith("],\"first_id\":\"open\",\"last_id\":\"old\",\"has_more\":false}")
                .doesNotContain("anthropic/");
    }

    @Test
    void codex_gets_an_empty_list_of_its_own_next_to_the_other() {
        assertThat(Asked.get("/v1/models?client_version=0.171.0").at(ROUTES).text())
                .contains("\"id\":\"open\"")
                .endsWith(",\"has_more\":false,\"models\":[]}");
    }

    @Test
    void codex_gets_each_model_with_functions_if_there_are_instructions() {
        ModelsHandler models = new ModelsHandler(
                SoldTo.all(CatalogueTest.catalogue(CatalogueTest.model("open"), CatalogueTest.model("closed"))),
                LIFE,
                new CodexModels("You are a coding agent."),
                () -> Instant.EPOCH);
        JsonNode entries = new JsonMapper()
                .readTree(Asked.get("/v1/models?client_version=0.171.0")
                        .at(List.of(Route.get("/v1/models", KEY, models.list())))
                        .text())
                .get("models");
        assertThat(entries.size()).isEqualTo(1);
        assertThat(entries.get(0).get("slug").asString()).isEqualTo("open");
        assertThat(entries.get(0).get("base_instructions").asString()).isEqualTo("You are a coding agent.");
        assertThat(entries.get(0).get("context_window").asInt()).isEqualTo(1000);
        assertThat(entries.get(0).get("shell_type").asString()).isEqualTo("default");
    }

    private static JsonNode ofAnthropic(String path) {
        return new JsonMapper()
                .readTree(Asked.get(path)
                        .header("anthropic-version", "2023-06-01")
                        .at(ROUTES)
                        .text());
    }

    @Test
    void anthropics_clients_see_what_a_model_can_do() {
        String no = "{\"supported\":false}";
        String yes = "{\"supported\":true}";
        assertThat(ofAnthropic("/v1/models/open").toString())
                .isEqualTo("""
                {"type":"model","id":"open","display_name":"open","created_at":"1970-01-01T00:00:00Z","lifecycle":"active",\
                "line":null,"deprecated_at":null,"retires_at":null,"max_input_tokens":1000,"max_tokens":100,"capabilities":{\
                "batch":NO,"citations":NO,"code_execution":NO,"context_management":{"supported":false,\
                "clear_thinking_20251015":NO,"clear_tool_uses_20250919":NO,"compact_20260112":NO},\
                "effort":{"supported":false,"low":NO,"medium":NO,"high":NO,"xhigh":NO,"max":NO},"image_input":YES,"pdf_input":YES,\
                "server_tools":{"supported":true,"code_execution":NO,"web_search":YES},"structured_outputs":YES,\
                "thinking":{"supported":false,"types":{"adaptive":NO,"between_tools":NO,"disabled":YES,"enabled":NO}}}}""".replace("NO", no).replace("YES", yes));
        JsonNode old = ofAnthropic("/v1/models/old");
        assertThat(old.get("lifecycle").asString()).isEqualTo("deprecated");
        assertThat(old.get("deprecated_at").asString()).isEqualTo("2026-10-02T00:00:00Z");
        assertThat(old.get("retires_at").asString()).isEqualTo("2026-12-01T00:00:00Z");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit=1000|open anthropic/open old anthropic/old|false",
                "limit=3|open anthropic/open old|true",
                "limit=3&after_id=old|anthropic/old|false",
                "after_id=anthropic/old|''|false",
                "limit=1&before_id=old|anthropic/open|true",
                "limit=2&before_id=old|open anthropic/open|false",
                "after_id=open&before_id=anthropic/old|anthropic/open old|false",
                "lifecycle[]=active&limit=1|open|true",
                "lifecycle[]=deprecated&lifecycle[]=retired|old anthropic/old|false",
                "lifecycle=active,deprecated&after_id=anthropic/open|old anthropic/old|false",
                "lifecycle%5B%5D=retired|''|false"
            })
    void a_page_of_anthropics_form_has_what_it_is_asked_for(String query, String ids, boolean more) {
        JsonNode page = ofAnthropic("/v1/models?" + query);

        assertThat(page.get("data").valueStream().map(it -> it.get("id").asString()))
                .containsExactly(ids.isEmpty() ? new String[0] : ids.split(" "));
        assertThat(page.get("has_more").asBoolean()).isEqualTo(more);
        assertThat(page.get("first_id").asString("")).isEqualTo(ids.split(" ")[0]);
        assertThat(ids).endsWith(page.get("last_id").asString(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=1001", "limit=x", "after_id=none", "before_id=closed"})
    void a_page_that_does_not_exist_is_a_400_naming_its_parameter(String query) {
        Asked.Answer refused = Asked.get("/v1/models?" + query)
                .header("anthropic-version", "2023-06-01")
                .at(ROUTES);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("\"param\":\"" + query.substring(0, query.indexOf('=')) + "\"");
    }

    @Test
    void anthropics_clients_see_each_model_with_functions_by_an_alias() {
        Asked asked = Asked.get("/v1/models").header("anthropic-version", "2023-06-01");

        assertThat(asked.at(ROUTES).text())
                .contains("\"id\":\"open\"", "\"id\":\"anthropic/open\"", "\"display_name\":\"open\"")
                .contains("\"last_id\":\"anthropic/old\"")
                .doesNotContain("closed");
        assertThat(Asked.get("/v1/models/anthropic/open[1m]")
                        .header("anthropic-version", "2023-06-01")
                        .at(ROUTES)
                        .text())
                .startsWith("{\"type\":\"model\",\"id\":\"anthropic/open\",");
        assertThat(Asked.get("/v1/models/anthropic/open").at(ROUTES).status())
                .as("without the header")
                .isEqualTo(404);
    }

    @Test
    void an_alias_leads_to_the_id_of_the_catalogue() {
        Predicate<String> known = Set.of("m", "anthropic/own", "google/m")::contains;

        assertThat(Stream.of(
                                "m",
                                "anthropic/m",
                                "anthropic/m[1m]",
                                "anthropic/own",
                                "anthropic/google/m",
                                "anthropic/x")
                        .map(name -> MessagesAlias.idOf(name, known)))
                .containsExactly("m", "m", "m", "anthropic/own", "google/m", "anthropic/x");
        assertThat(MessagesAlias.of(CatalogueTest.model("m"), 1_000_000)).isEqualTo("anthropic/m[1m]");
        assertThat(MessagesAlias.of(CatalogueTest.model("m"), 999_999)).isEqualTo("anthropic/m");
    }

    @Test
    void a_model_that_retires_shows_its_day_and_its_successor() {
        assertThat(one("old"))
                .endsWith(
                        "\"retirement\":{\"at\":\"2026-12-01T00:00:00Z\",\"successor\":\"next\",\"in_effect\":false}}");
    }

    @Test
    void a_model_that_the_key_may_not_use_is_not_there() {
        Asked.Answer closed = Asked.get("/v1/models/closed").at(ROUTES);

        assertThat(closed.status()).isEqualTo(404);
        assertThat(closed.text()).contains("The model 'closed' does not exist or is inactive.", "\"param\":\"model\"");
        assertThat(Asked.get("/v1/models").at(ROUTES).text())
                .contains("\"id\":\"open\"", "\"id\":\"old\"")
                .doesNotContain("closed");
    }
}
