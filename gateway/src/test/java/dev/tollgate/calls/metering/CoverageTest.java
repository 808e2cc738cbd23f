package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import org.junit.jupiter.api.Test;

/** How much output a hold covers and when it grows (D31, D32, D46). Without a maximum 4,096 tokens are wanted for 8,292 micro-credits. */
class CoverageTest {

    private static final long WANTED = 100 + 2 * 4_096;

    private static Coverage growing(long heldMicros) {
        return new Coverage(Sold.bounds(false, 1, null), heldMicros);
    }

    private static Coverage fixed(long heldMicros) {
        return new Coverage(Sold.bounds(false, 1, 1_000L), heldMicros);
    }

    @Test
    void what_is_held_in_full_without_a_maximum_grows_and_is_not_limited() {
        Coverage coverage = growing(WANTED);
        assertThat(coverage.tokens()).isEqualTo(4_096);
        assertThat(coverage.heldMicros()).isEqualTo(WANTED);
        assertThat(coverage.mayGrow()).isTrue();
        assertThat(coverage.isLimited()).isFalse();
        assertThat(coverage.endsWithHold()).isTrue();
        assertThat(coverage.covers(4_096)).isTrue();
        assertThat(coverage.covers(4_097)).isFalse();
    }

    @Test
    void what_is_held_for_in_part_is_limited() {
        Coverage coverage = growing(WANTED - 1);
        assertThat(coverage.isLimited()).isTrue();
        assertThat(coverage.mayGrow()).isFalse();
        assertThat(coverage.tokens()).isEqualTo(4_095);
        assertThat(coverage.runsShort(4_095)).isFalse();
    }

    @Test
    void a_maximum_that_is_held_for_in_full_is_kept_by_the_upstream() {
        Coverage coverage = fixed(2_100);
        assertThat(coverage.isLimited()).isFalse();
        assertThat(coverage.mayGrow()).isFalse();
        assertThat(coverage.tokens()).isEqualTo(1_000);
        assertThat(coverage.covers(1_001)).isTrue();
        assertThat(coverage.endsWithHold()).isFalse();
        coverage.promptIs(50);
        assertThat(coverage.tokens()).isEqualTo(1_000);
    }

    @Test
    void a_part_of_a_maximum_ends_with_the_hold_and_never_beyond_the_maximum() {
        Coverage coverage = fixed(1_100);
        assertThat(coverage.tokens()).isEqualTo(500);
        assertThat(coverage.endsWithHold()).isTrue();
        coverage.grownTo(10_000);
        assertThat(coverage.tokens()).isEqualTo(1_000);
        assertThat(coverage.endsWithHold()).isFalse();
    }

    @Test
    void a_prompt_that_is_smaller_than_its_bound_covers_more_output_and_a_larger_one_less() {
        Coverage coverage = growing(WANTED);
        coverage.promptIs(50);
        assertThat(coverage.tokens()).isEqualTo(4_096 + 25);
        coverage.promptIs(200);
        assertThat(coverage.tokens()).isEqualTo(4_096 - 50);
        coverage.promptIs(100_000);
        assertThat(coverage.tokens()).isZero();
    }

    @Test
    void more_is_asked_for_under_1024_tokens_that_are_left() {
        Coverage coverage = growing(WANTED);
        assertThat(coverage.runsShort(4_096 - 1_024)).isFalse();
        assertThat(coverage.runsShort(4_096 - 1_023)).isTrue();
        coverage.refused(true);
        assertThat(coverage.runsShort(4_096)).as("after a refusal").isFalse();
        assertThat(coverage.mayGrow()).as("once more where it is needed").isTrue();
        coverage.grownTo(WANTED + 2);
        assertThat(coverage.runsShort(4_096)).isTrue();
        coverage.refused(false);
        assertThat(coverage.isLimited()).isTrue();
        assertThat(coverage.mayGrow()).isFalse();
    }

    @Test
    void nothing_is_asked_for_where_all_that_the_model_can_say_is_covered() {
        Coverage coverage = growing(WANTED);
        coverage.grownTo(100 + 2 * (Sold.OUTPUT_TOKENS_MAX - 1));
        assertThat(coverage.runsShort(Sold.OUTPUT_TOKENS_MAX - 1)).isTrue();
        coverage.grownTo(100 + 2 * Sold.OUTPUT_TOKENS_MAX);
        assertThat(coverage.runsShort(Sold.OUTPUT_TOKENS_MAX)).isFalse();
    }

    @Test
    void an_extension_is_one_token_at_least_and_a_slice_at_most() {
        Coverage coverage = growing(WANTED);
        assertThat(coverage.leastExtensionMicros()).isEqualTo(2);
        assertThat(coverage.wantedExtensionMicros(4_000)).isEqualTo(2 * 4_096);
        assertThat(coverage.wantedExtensionMicros(5_000)).isEqualTo(2 * (5_000 - 4_096) + 2 * 4_096);
        assertThat(coverage.wantedExtensionMicros(Sold.OUTPUT_TOKENS_MAX - 10))
                .as("up to what the model can say")
                .isEqualTo(2 * (Sold.OUTPUT_TOKENS_MAX - 4_096));
        coverage.grownTo(100 + 2 * Sold.OUTPUT_TOKENS_MAX);
        assertThat(coverage.wantedExtensionMicros(Sold.OUTPUT_TOKENS_MAX)).isEqualTo(2);
        assertThat(new Coverage(Sold.bounds(false, 3, null), 100 + 3 * 2 * 4_096).wantedExtensionMicros(0))
                .isEqualTo(3 * 2 * 4_096);
    }

    @Test
    void a_hold_that_has_grown_to_the_maximum_covers_any_report() {
        Extras extras = new Extras(
                0,
                0,
                ServiceTier.STANDARD,
                0,
                0,
                Extras.Held.MOST,
                new Extras.Images(100, 400, 2, 1),
                Extras.Tools.NONE);
        Bounds bounds = new Bounds(Sold.model(true), 100, 300, false, 1, 1_000L, null, extras);
        Coverage coverage = new Coverage(bounds, bounds.wantedMicros());
        assertThat(coverage.tokens()).isEqualTo(1_400);
        assertThat(coverage.covers(1_401)).isFalse();
        assertThat(coverage.mayGrow()).isTrue();
        coverage.grownTo(bounds.wantedMicros() + 2 * 400);
        assertThat(coverage.tokens()).isEqualTo(1_800);
        assertThat(coverage.covers(9_000)).isTrue();
    }

    @Test
    void an_extension_is_never_nothing() {
        Coverage coverage = growing(WANTED + 1);
        assertThat(coverage.tokens()).isEqualTo(4_096);
        assertThat(coverage.leastExtensionMicros()).isEqualTo(1);
    }
}
