package dev.tollgate.calls.lines;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.running.OtherTier;
import dev.tollgate.testing.LogCapture;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlexGrantsTest {

    private final FlexGrants grants = new FlexGrants();

    private void answered(int lines, String channel, String model, boolean isGranted) {
        for (int i = 0; i < lines; i++) {
            grants.answered(channel, model, isGranted);
        }
    }

    @Test
    void half_of_the_last_hundred_lines_at_another_tier_are_told_once() {
        try (LogCapture log = new LogCapture()) {
            answered(1_000, "far", "a", true);
            answered(49, "far", "a", false);
            answered(100, "near", "a", true);
            answered(100, "far", "b", true);
            assertThat(grants.others()).isEmpty();
            answered(2, "far", "a", false);
            assertThat(grants.others()).isEqualTo(List.of(new OtherTier("far", "a")));
            assertThat(log.text()).containsOnlyOnce("channel far: at least 50 of the last 100 lines");
            answered(49, "far", "a", true);
            assertThat(grants.others()).isNotEmpty();
            answered(2, "far", "a", true);
            assertThat(grants.others()).isEmpty();
        }
    }

    @Test
    void a_channel_that_never_grants_flex_is_told_after_fifty_lines() {
        answered(49, "far", "a", false);
        assertThat(grants.others()).isEmpty();
        answered(1, "far", "a", false);
        assertThat(grants.others()).hasSize(1);
    }
}
