package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.testing.Asked;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

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

    private static final ModelLife LIFE = new ModelLife() {
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
            CatalogueTest.catalogue(
                    CatalogueTest.model("open", "one", "two"),
                    CatalogueTest.model("old"),
                    CatalogueTest.model("closed")),
            LIFE,
            () -> Instant.EPOCH);
    private static final List<Route<?>> ROUTES =
            List.of(Route.get("/v1/models", KEY, MODELS.list()), Route.get("/v1/models/{id...}", KEY, MODELS.one()));

    private static String one(String id) {
        return Asked.get("/v1/models/" + id).at(ROUTES).text();
    }

    @Test
    void a_model_is_shown_in_the_shape_of_openai() {
        assertThat(one("open"))
                .isEqualTo("{\"id\":\"open\",\"object\":\"model\",\"created\":0,\"owned_by\":\"google\","
                        + "\"aliases\":[\"one\",\"two\"],\"context_length\":1000,\"max_output_tokens\":100,"
                        + "\"pricing\":{\"version\":\"v\",\"from\":null,\"input\":0.0001,\"output\":0.0002,"
                        + "\"reasoning\":\"billed\",\"next\":[]}}");
        assertThat(one("two")).isEqualTo(one("open"));
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
