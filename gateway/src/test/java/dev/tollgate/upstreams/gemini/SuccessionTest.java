package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.running.Standing;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.TestClock;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which model is asked as time goes on, and what a channel learns of it from the answers (D59). */
class SuccessionTest {

    private static final Instant DAY = Instant.parse("2026-12-24T00:00:00Z");
    private static final Instant LATER = DAY.plus(Duration.ofDays(200));
    private static final Duration TOLD_BEFORE = Duration.ofDays(60);

    private final TestClock clock = new TestClock("2026-12-23T23:59:59Z");
    private final Map<String, UpstreamModel> rules = Map.of(
            "old", model("old", Map.of("gemini", new UpstreamModel.Retirement(DAY, "next"))),
            "next", model("next", Map.of("gemini", new UpstreamModel.Retirement(LATER, "last"))),
            "last", model("last", Map.of()),
            "elsewhere", model("elsewhere", Map.of("vertex", new UpstreamModel.Retirement(DAY, "next"))));
    private final Succession models = new Succession(
            "far", "gemini", new KnownModels(rules.keySet(), name -> Objects.requireNonNull(rules.get(name))), clock);

    private static UpstreamModel model(String name, Map<String, UpstreamModel.Retirement> retirements) {
        return new UpstreamModel(
                name,
                new UpstreamModel.Limits(1000, 1000, false, 1, 0),
                new UpstreamModel.Abilities(true, false, false, false, false, false, false),
                new Thinking.None(),
                UpstreamModel.Output.TEXT,
                List.of(),
                retirements,
                null);
    }

    @Test
    void a_model_is_used_until_its_date_and_then_its_successor() {
        assertThat(models.name("old")).isEqualTo("old");
        assertThat(models.model("old")).isSameAs(rules.get("old"));
        assertThat(models.standing("old")).isEqualTo(new Standing("old", "old", DAY, "next"));
        clock.goOn(Duration.ofSeconds(1));
        assertThat(models.name("old")).isEqualTo("next");
        assertThat(models.model("old").name()).isEqualTo("next");
        assertThat(models.model("old").asked()).isSameAs(rules.get("old"));
        assertThat(models.model("old")).as("made once").isSameAs(models.model("old"));
        assertThat(models.standing("old")).isEqualTo(new Standing("old", "next", DAY, "next"));
    }

    @Test
    void a_successor_that_has_retired_too_is_replaced_in_its_turn() {
        clock.goOn(Duration.ofDays(300));
        assertThat(models.name("old")).isEqualTo("last");
    }

    @Test
    void an_end_on_another_kind_of_channel_is_none_here() {
        clock.goOn(Duration.ofDays(300));
        assertThat(models.name("elsewhere")).isEqualTo("elsewhere");
        assertThat(models.standing("elsewhere")).isEqualTo(Standing.of("elsewhere"));
        assertThat(models.refused("elsewhere")).isFalse();
        assertThat(models.misunderstood("elsewhere")).isFalse();
    }

    @Test
    void an_answer_of_another_known_model_shows_a_retirement() {
        try (LogCapture log = new LogCapture()) {
            models.answered("old", null);
            models.answered("old", "old");
            models.answered("old", "old-001");
            models.answered("last", "next");
            assertThat(models.name("old")).isEqualTo("old");
            assertThat(models.name("last")).isEqualTo("last");
            assertThat(log.text()).isEmpty();
            models.answered("old", "next");
            models.answered("old", "next");
            assertThat(models.name("old")).isEqualTo("next");
            assertThat(log.text().lines())
                    .containsExactly(
                            "channel far: model old retired before its date (answers come from next); using next from now on");
        }
    }

    @Test
    void a_model_that_is_not_there_has_retired_if_it_ever_will() {
        try (LogCapture log = new LogCapture()) {
            assertThat(models.refused("last")).isFalse();
            assertThat(models.refused("next")).isTrue();
            assertThat(models.name("next")).isEqualTo("last");
            assertThat(log.text()).contains("the provider no longer serves it to this channel");
        }
    }

    @Test
    void a_refusal_of_what_a_model_takes_is_believed_sixty_days_before_its_end_and_not_earlier() {
        try (LogCapture log = new LogCapture()) {
            assertThat(models.misunderstood("last")).isFalse();
            clock.goOn(
                    Duration.between(clock.instant(), LATER.minus(TOLD_BEFORE).minusMillis(1)));
            assertThat(models.misunderstood("next")).isFalse();
            assertThat(models.name("next")).isEqualTo("next");
            clock.goOn(Duration.ofMillis(1));
            assertThat(models.misunderstood("next")).isTrue();
            assertThat(models.name("next")).isEqualTo("last");
            assertThat(log.text()).contains("the provider refuses what this model takes");
        }
    }

    // ---- what a call tells of it ----

    private static final class Heard implements UpstreamListener {
        final List<Object> all = new ArrayList<>();

        @Override
        public void events(List<UpstreamEvent> events) {
            all.addAll(events);
        }

        @Override
        public void ended() {
            all.add("ended");
        }

        @Override
        public void failed(UpstreamFailure failure) {
            all.add(failure.kind());
        }
    }

    private List<Object> heard(String model, Kind kind, String detail) {
        Heard heard = new Heard();
        try (LogCapture _ = new LogCapture()) {
            new AnsweringModel(models, model, heard).failed(new UpstreamFailure(kind, null, detail));
        }
        return heard.all;
    }

    @ParameterizedTest
    @CsvSource({
        "REPLACED, gone, REPLACED",
        "REFUSED, bad, REFUSED",
        "REFUSED, The Thinking Budget is out of range, REPLACED",
        "SIGNATURE, part 1 is missing a thought_signature, REPLACED",
        "SIGNATURE, other, SIGNATURE",
        "REFUSED, Multiple candidates is not enabled for this model, REPLACED",
        "QUOTA, thinking budget, QUOTA",
        "UNAVAILABLE, gone, UNAVAILABLE"
    })
    void a_failure_by_retirement_causes_a_new_translation(Kind kind, String detail, Kind told) {
        assertThat(heard("old", kind, detail)).containsExactly(told);
        assertThat(models.name("old")).isEqualTo(told == Kind.REPLACED ? "next" : "old");
    }

    @Test
    void a_model_that_never_retires_and_is_not_there_is_ours_to_mend() {
        assertThat(heard("last", Kind.REPLACED, "gone")).containsExactly(Kind.MISCONFIGURED);
        assertThat(heard("last", Kind.REFUSED, "thinking budget")).containsExactly(Kind.REFUSED);
    }

    @Test
    void the_answering_model_is_learned_before_the_whole_answer_is_reported() {
        Heard heard = new Heard();
        AnsweringModel listener = new AnsweringModel(models, "old", heard);
        UpstreamEvent text = new UpstreamEvent.Text(0, "a", null);
        listener.events(List.of(text));
        assertThat(models.name("old")).isEqualTo("old");
        UpstreamEvent started = new UpstreamEvent.Started("next", "r");
        try (LogCapture _ = new LogCapture()) {
            listener.events(List.of(started, text));
        }
        listener.ended();
        assertThat(heard.all).containsExactly(text, started, text, "ended");
        assertThat(models.name("old")).isEqualTo("next");
    }
}
