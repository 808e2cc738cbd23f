package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.running.Standing;
import dev.tollgate.testing.TestClock;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.Channel;
import dev.tollgate.upstreams.pool.ChannelSpec;
import dev.tollgate.upstreams.pool.PoolSpec;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.Upstreams;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Which rules hold for what is sold as what stands behind it retires on its channels (D59). */
class CurrentModelsTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final Instant DAY = Instant.parse("2026-12-24T00:00:00Z");
    private static final Instant EARLIER = DAY.minusSeconds(5);
    private static final UpstreamModel OLD =
            upstream("up", Map.of("far", new UpstreamModel.Retirement(DAY, "next")), 1_000);
    private static final UpstreamModel NEXT = upstream("next", Map.of(), 2_000);
    private static final Model SOLD = Sold.model(false).standingOn(OLD);
    private static final Model LASTING = named("lasting").standingOn(NEXT);

    private final TestClock clock = new TestClock("2026-11-20T10:00:00Z");
    private final Map<String, Standing> standings = new LinkedHashMap<>();

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    private static UpstreamModel upstream(
            String name, Map<String, UpstreamModel.Retirement> retirements, long outputTokensMax) {
        return new UpstreamModel(
                name,
                new UpstreamModel.Limits(100_000, outputTokensMax, false, 1, 0),
                new UpstreamModel.Abilities(true, false, false, false, false, false, false),
                new Thinking.None(),
                UpstreamModel.Output.TEXT,
                List.of(),
                retirements,
                null);
    }

    private static Model named(String id) {
        return named(id, Sold.model(false).tools());
    }

    private static Model named(String id, Model.Tools tools) {
        Model model = Sold.model(false);
        return new Model(
                id,
                model.aliases(),
                model.active(),
                model.upstream(),
                model.pricing(),
                model.usageForm(),
                model.answersWithUpstreamName(),
                model.streamByDefault(),
                model.thoughtsByDefault(),
                model.effortByDefault(),
                model.maxTokensByDefault(),
                tools,
                model.formats(),
                model.rates());
    }

    private CurrentModels models() {
        List<ChannelSpec> channels = standings.entrySet().stream()
                .map(entry -> new ChannelSpec(
                        entry.getKey(),
                        "far",
                        1,
                        1,
                        Map.of("m", "up"),
                        () -> new Far(entry.getKey(), entry.getValue())))
                .toList();
        Catalogue catalogue = new Catalogue(Instant.EPOCH, List.of(SOLD, LASTING), List.of(OLD, NEXT));
        return new CurrentModels(
                SoldTo.all(catalogue), new Upstreams(VERTX, PoolSpec.of(channels), clock, new Random(1)), clock);
    }

    private record Far(String name, Standing standing) implements Channel {

        @Override
        public String provider() {
            return "far";
        }

        @Override
        public PreparedAsk prepare(Ask ask) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public Standing standing(String upstreamModel) {
            return standing;
        }
    }

    /** A channel like Vertex AI's. */
    private record EitherTool(String name) implements Channel {

        @Override
        public String provider() {
            return "either";
        }

        @Override
        public PreparedAsk prepare(Ask ask) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public boolean takesFunctionsWithSearch() {
            return false;
        }
    }

    @Test
    void a_channel_of_vertex_ai_parts_functions_from_search() {
        Model both = named("m", new Model.Tools(true, true, true));
        assertThat(find(models(both, new Far("one", Standing.of("up"))), "m")).isSameAs(both);
        Model parted = find(models(both, new Far("one", Standing.of("up")), new EitherTool("two")), "m");
        assertThat(parted.tools()).isEqualTo(new Model.Tools(true, true, false));
        assertThat(both.tools().functionsWithSearch()).isTrue();
    }

    private CurrentModels models(Model model, Channel... channels) {
        List<ChannelSpec> specs = Stream.of(channels)
                .map(channel -> new ChannelSpec(channel.name(), "far", 1, 1, Map.of("m", "up"), () -> channel))
                .toList();
        Catalogue catalogue = new Catalogue(Instant.EPOCH, List.of(model), List.of(OLD, NEXT));
        return new CurrentModels(
                SoldTo.all(catalogue), new Upstreams(VERTX, PoolSpec.of(specs), clock, new Random(1)), clock);
    }

    private static Standing replaced(Instant retires) {
        return new Standing("up", "next", retires, "next");
    }

    private static Standing serves(Instant retires) {
        return new Standing("up", "up", retires, "next");
    }

    private static Model find(CurrentModels models, String name) {
        return Objects.requireNonNull(models.find(name));
    }

    @Test
    void a_model_goes_by_its_own_rules_as_long_as_one_channel_asks_for_it() {
        standings.put("one", replaced(DAY));
        standings.put("other", serves(DAY));
        assertThat(find(models(), "m")).isSameAs(SOLD);
    }

    @Test
    void a_model_that_all_channels_have_replaced_keeps_its_name_and_price_and_takes_the_rules_of_what_answers() {
        standings.put("one", replaced(DAY));
        CurrentModels models = models();
        Model now = find(models, "m");
        assertThat(now.id()).isEqualTo("m");
        assertThat(now.pricing()).isEqualTo(SOLD.pricing());
        assertThat(now.upstream().name()).isEqualTo("next");
        assertThat(now.upstream().outputTokensMax()).isEqualTo(2_000);
        assertThat(now.upstream().asked()).isSameAs(OLD);
        assertThat(find(models, "m").upstream()).as("made once").isSameAs(now.upstream());
    }

    @Test
    void a_model_without_channels_or_without_an_end_goes_by_its_own_rules() {
        assertThat(find(models(), "m")).isSameAs(SOLD);
        assertThat(find(models(), "lasting")).isSameAs(LASTING);
        assertThat(models().find("nobody")).isNull();
    }

    @Test
    void an_operator_sees_what_each_channel_is_asked_for() {
        standings.put("one", replaced(DAY));
        standings.put("other", serves(DAY));
        var modelOn = models().modelOn(SOLD);
        assertThat(modelOn.apply("one")).isEqualTo("next");
        assertThat(modelOn.apply("other")).isEqualTo("up");
        assertThat(modelOn.apply("nobody")).isNull();
    }

    @Test
    void an_end_is_reported_from_sixty_days_before_its_date() {
        standings.put("one", serves(DAY));
        CurrentModels models = models();
        clock.goOn(Duration.between(
                clock.instant(), DAY.minus(ModelLife.TOLD_BEFORE).minusMillis(1)));
        assertThat(models.retirement(SOLD)).isNull();
        clock.goOn(Duration.ofMillis(1));
        assertThat(models.retirement(SOLD)).isEqualTo(new ModelLife.Retirement(DAY, "next", false));
    }

    @Test
    void the_first_end_of_several_channels_is_reported_with_its_state() {
        standings.put("one", serves(DAY));
        standings.put("other", replaced(EARLIER));
        standings.put("third", Standing.of("up"));
        clock.goOn(Duration.between(clock.instant(), DAY.minusSeconds(60)));
        assertThat(models().retirement(SOLD)).isEqualTo(new ModelLife.Retirement(EARLIER, "next", true));
    }

    @Test
    void what_each_channel_will_serve_is_known() {
        assertThat(models().servedBy(SOLD, DAY)).containsExactly("up");
        standings.put("one", replaced(EARLIER));
        standings.put("other", serves(DAY));
        standings.put("third", Standing.of("far"));
        assertThat(models().servedBy(SOLD, DAY.minusMillis(1))).containsExactly("next", "up", "far");
        assertThat(models().servedBy(SOLD, DAY)).containsExactly("next", "far");
    }

    @Test
    void an_early_end_is_always_reported() {
        standings.put("one", replaced(DAY.plus(Duration.ofDays(300))));
        assertThat(Objects.requireNonNull(models().retirement(SOLD)).isInEffect())
                .isTrue();
    }

    @Test
    void a_model_without_an_end_is_not_reported() {
        standings.put("one", Standing.of("up"));
        assertThat(models().retirement(SOLD)).isNull();
    }
}
