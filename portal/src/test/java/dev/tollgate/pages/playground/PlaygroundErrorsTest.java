package dev.tollgate.pages.playground;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.http.ErrorFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The figures of a refusal that the page's script gets and sends back. */
class PlaygroundErrorsTest {

    private static final ApiError ERROR = ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, "Too low.");

    static Stream<Shortage> shortages() {
        return Stream.of(
                new Shortage.OfCredits(null, 0, 3_000_000),
                new Shortage.OfCredits(1_840_000L, 620_000, 0),
                new Shortage.OfCredits(
                        1_840_000L,
                        620_000,
                        0,
                        new Shortage.Withheld(7, "gemini-3-pro", List.of("gemini-4-*", "…"), 0, 0, null)),
                new Shortage.OfCredits(
                        1_840_000L,
                        620_000,
                        0,
                        new Shortage.Withheld(
                                7, "gemini-3-pro", List.of(), 20, 5, Instant.parse("2026-11-22T00:00:00Z"))),
                new Shortage.OfLimit(
                        new Spender(Owner.TEAM, "", "Search"),
                        Shortage.OfLimit.Window.MONTH,
                        ZoneId.of("Europe/Berlin"),
                        20,
                        19,
                        1,
                        1,
                        2,
                        null),
                new Shortage.OfLimit(
                        new Spender(Owner.KEY, "", ""),
                        Shortage.OfLimit.Window.DAY,
                        null,
                        20,
                        20,
                        0,
                        0,
                        1,
                        Instant.parse("2026-11-22T00:00:00Z")));
    }

    @ParameterizedTest
    @MethodSource("shortages")
    void figures_that_are_given_back_field_by_field_are_the_same(Shortage shortage) {
        JsonNode body = new JsonMapper().readTree(PlaygroundErrors.INSTANCE.render(ERROR.lacking(shortage)));
        assertThat(body.get("error").get("message").asString()).isEqualTo("Too low.");
        JsonNode told = body.get("shortage");
        assertThat(PlaygroundErrors.read(
                        field -> told.has(field) ? told.get(field).asString() : null))
                .isEqualTo(shortage);
    }

    @Test
    void other_errors_are_as_ever_and_what_is_no_figure_is_none() {
        assertThat(PlaygroundErrors.INSTANCE.render(ERROR)).isEqualTo(ErrorFormat.PLATFORM.render(ERROR));
        Map<String, String> none = Map.of("free", "-1", "held", "0");
        assertThat(PlaygroundErrors.read(none::get)).isNull();
        assertThat(PlaygroundErrors.read(Map.of("window", "YEAR")::get)).isNull();
        Map<String, String> noReason =
                Map.of("least", "2", "free", "1", "held", "0", "grant", "7", "gives", "0", "hours", "0");
        assertThat(PlaygroundErrors.read(noReason::get)).isNull();
    }
}
