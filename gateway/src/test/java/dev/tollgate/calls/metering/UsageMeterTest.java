package dev.tollgate.calls.metering;

import static dev.tollgate.calls.metering.UsageFlag.CLAMPED;
import static dev.tollgate.calls.metering.UsageFlag.ESTIMATED;
import static dev.tollgate.calls.metering.UsageFlag.TOTAL_MISMATCH;
import static dev.tollgate.models.Count.OUTPUT_IMAGE;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.upstreams.pool.UpstreamEvent.Usage.ABSENT;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decisions D19, D37 and D39; guarantees B-14 and B-15. */
class UsageMeterTest {

    private final UsageMeter meter = new UsageMeter(100, Sold.limits(1_000_000, 65_536, false, 65_536, false));

    @Test
    void the_last_report_counts_and_is_not_added_to_the_ones_before() {
        meter.observe(List.of(text("Hel"), usage(9, 1, 51, 61)));
        meter.observe(List.of(text("lo"), usage(9, 2, 60, 71)));
        assertThat(meter.usage()).isEqualTo(new Usage(9, 0, 2, 60, 0, 0, 0, 2));
        assertThat(meter.flags()).isEmpty();
    }

    @Test
    void usage_that_never_came_is_estimated_from_what_was_delivered() {
        meter.observe(List.of(text("twelve bytes")));
        assertThat(meter.usage().promptTokens()).isEqualTo(25);
        assertThat(meter.usage().candidatesTokens()).isEqualTo(3);
        assertThat(meter.flags()).containsExactly(ESTIMATED);
    }

    @Test
    void a_picture_whose_tokens_were_not_reported_counts_as_one_of_googles_and_in_memory_as_what_it_is() {
        UpstreamEvent picture = new UpstreamEvent.Media(0, "image/png", "A".repeat(1_000_000));
        meter.observe(List.of(text("1234"), picture));
        assertThat(meter.usage().candidatesTokens()).isEqualTo(1 + 1_290);
        assertThat(meter.flags()).containsExactly(ESTIMATED);
        assertThat(meter.isBeyondAnyAnswer()).isFalse();
        meter.observe(Collections.nCopies(70, picture));
        assertThat(meter.isBeyondAnyAnswer()).isTrue();
    }

    /** @param counted image tokens in the details; 0 for none */
    private static UsageMeter pictures(int arrived, long output, long counted) {
        Model model = CallSimulationTest.MAKES_IMAGES;
        Extras extras = new Extras(
                0,
                0,
                ServiceTier.STANDARD,
                0,
                0,
                Extras.Held.MOST,
                Sold.images(model, ServiceTier.STANDARD),
                Extras.Tools.NONE);
        UsageMeter meter =
                new UsageMeter(100, new Bounds(model, 100, 100, false, 1, 2_000L, null, extras).usageLimits());
        meter.observe(Collections.nCopies(arrived, new UpstreamEvent.Media(0, "image/png", "AAAA")));
        meter.observe(List.of(new UpstreamEvent.Usage(
                ABSENT, Modalities.NONE, new Modalities(0, counted, 0, 0, 0), 9, ABSENT, output, ABSENT)));
        return meter;
    }

    @ParameterizedTest
    @CsvSource({
        // images, output tokens, of these images by the report; charged text and images
        "6, 6720, 6720, 0, 4480",
        "6, 6720, 0, 0, 4480",
        "6, 7020, 6720, 300, 4480",
        "6, 7020, 0, 300, 4480",
        "4, 4780, 4480, 300, 4480",
        "4, 4780, 0, 300, 4480",
        "7, 4780, 0, 300, 4480", // three drafts, which are not counted
        "1, 1500, 1120, 380, 1120",
    })
    void images_above_the_most_are_no_text_and_cost_nothing(
            int arrived, long output, long counted, long text, long charged) {
        UsageMeter meter = pictures(arrived, output, counted);
        assertThat(meter.usage().of(OUTPUT_IMAGE)).isEqualTo(charged);
        assertThat(meter.usage().candidatesTokens()).isEqualTo(text + charged);
        assertThat(meter.passedMaximum()).isFalse();
        assertThat(meter.imageTokensReported()).as("what the provider bills").isEqualTo(output - text);
    }

    @Test
    void zero_output_tokens_for_delivered_text_are_estimated() {
        meter.observe(List.of(text("12345"), usage(9, 0, 0, 9)));
        assertThat(meter.usage().candidatesTokens()).isEqualTo(2);
        assertThat(meter.flags()).contains(ESTIMATED);
    }

    @Test
    void negative_counts_credit_no_account() {
        meter.observe(List.of(text("12345678"), usage(-5, -1_000_000, -3, -1_000_008)));
        Usage usage = meter.usage();
        assertThat(usage.promptTokens()).isEqualTo(25);
        assertThat(usage.candidatesTokens()).isEqualTo(2);
        assertThat(usage.thoughtsTokens()).isZero();
        assertThat(meter.flags()).contains(CLAMPED, ESTIMATED);
    }

    @Test
    void a_falling_count_stays_where_it_was() {
        meter.observe(List.of(text("a"), usage(9, 20, 5, 34)));
        meter.observe(List.of(text("b"), usage(9, 3, 5, 17)));
        assertThat(meter.usage().candidatesTokens()).isEqualTo(20);
        assertThat(meter.flags()).contains(CLAMPED);
    }

    @Test
    void a_count_that_a_later_report_leaves_out_or_gets_wrong_stays_where_it_was() {
        meter.observe(List.of(text("a"), usage(9, 20, 5, 34)));
        meter.observe(List.of(text("b"), usage(ABSENT, ABSENT, ABSENT, ABSENT)));
        assertThat(meter.usage()).isEqualTo(new Usage(9, 0, 20, 5, 0, 0, 0, 20));
        assertThat(meter.flags()).isEmpty();
        meter.observe(List.of(text("c"), usage(-1, -1, -1, ABSENT)));
        assertThat(meter.usage()).isEqualTo(new Usage(9, 0, 20, 5, 0, 0, 0, 20));
        assertThat(meter.flags()).containsExactly(CLAMPED);
    }

    @Test
    void nothing_is_odd_about_an_answer_of_no_tokens() {
        UsageMeter call = new UsageMeter(100, Sold.limits(164, 300, true, 65_536, true));
        call.observe(List.of(usage(9, 0, 0, 9)));
        assertThat(call.usage()).isEqualTo(new Usage(9, 0, 0, 0, 0, 0, 0, 0));
        assertThat(call.flags()).isEmpty();
        assertThat(call.passedMaximum()).isFalse();
        assertThat(call.excess()).isNull();
    }

    @Test
    void thoughts_and_calls_whose_tokens_were_not_reported_are_estimated_from_their_bytes() {
        meter.observe(List.of(
                new UpstreamEvent.Thought(0, "12345", null),
                new UpstreamEvent.Thought(0, "678", null),
                new UpstreamEvent.ToolCall(0, null, "fun", "{\"a\":1}", null)));
        assertThat(meter.usage()).isEqualTo(new Usage(25, 0, 3, 2, 0, 0, 0, 3));
        assertThat(meter.billedOutputTokens(false)).isEqualTo(10);
        assertThat(meter.flags()).containsExactly(ESTIMATED);
    }

    @ParameterizedTest
    @CsvSource({
        // the rest of the completion and the thoughts by each report, - if it counts none; what is charged
        "600/-, 600, 0",
        "600/0, 600, 0",
        "600/-7, 600, 0",
        "150/450, 150, 450",
        "500/- 150/450, 150, 450", // the last report alone counts the thoughts
        "150/450 600/-, 150, 450",
        "500/- 600/-, 600, 0",
        "0/600, 2, 598", // the text is no thought
        "0/1, 1, 0",
        "600/700, 600, 700", // the server counts them apart
        "600/4000000000, 600, 64936",
        "4000000000/450, 65536, 0",
    })
    void thoughts_are_a_part_of_a_count_of_all_output(String reports, long completion, long thoughts) {
        UpstreamEvent thought = new UpstreamEvent.Thought(0, "I think about it. ".repeat(25), null);
        meter.observe(List.of(thought, text("12345678")));
        for (String report : reports.split(" ")) {
            String[] counts = report.replaceFirst("-$", "" + ABSENT).split("/");
            meter.observe(List.of(new UpstreamEvent.Usage(
                    ABSENT,
                    Modalities.NONE,
                    Modalities.NONE,
                    true,
                    9,
                    ABSENT,
                    Long.parseLong(counts[0]),
                    Long.parseLong(counts[1]))));
        }
        assertThat(meter.usage().candidatesTokens()).isEqualTo(completion);
        assertThat(meter.usage().thoughtsTokens()).isEqualTo(thoughts);
    }

    @Test
    void a_prompt_of_no_tokens_is_believed_only_where_there_was_none() {
        meter.observe(List.of(text("1234"), usage(0, 1, 0, 1)));
        assertThat(meter.usage().promptTokens()).isEqualTo(25);
        assertThat(meter.flags()).contains(ESTIMATED);
        UsageMeter empty = new UsageMeter(0, Sold.limits(1_000_000, 65_536, false, 65_536, false));
        empty.observe(List.of(text("1234"), usage(0, 1, 0, 1)));
        assertThat(empty.usage().promptTokens()).isZero();
        assertThat(empty.flags()).isEmpty();
    }

    @Test
    void counts_beyond_the_models_limits_are_clamped() {
        meter.observe(List.of(text("a"), usage(5_000_000, 70_000, 70_000, 5_140_000)));
        Usage usage = meter.usage();
        assertThat(usage.promptTokens()).isEqualTo(1_000_000);
        assertThat(usage.candidatesTokens() + usage.thoughtsTokens()).isEqualTo(65_536);
        assertThat(meter.flags()).contains(CLAMPED);
    }

    @Test
    void a_total_that_is_not_the_sum_is_flagged() {
        meter.observe(List.of(text("a"), usage(9, 1, 2, 115)));
        assertThat(meter.usage().candidatesTokens()).isEqualTo(1);
        assertThat(meter.flags()).containsExactly(TOTAL_MISMATCH);
    }

    @Test
    void a_total_with_tool_use_tokens_is_the_sum_of_all_four() {
        meter.observe(
                List.of(text("a"), new UpstreamEvent.Usage(112, Modalities.NONE, Modalities.NONE, 9, 100, 1, 2, 4)));
        assertThat(meter.usage()).isEqualTo(new Usage(9, 100, 1, 2, 4, 0, 0, 1));
        assertThat(meter.flags()).isEmpty();
    }

    @Test
    void growth_is_what_is_reported_and_a_token_a_byte_since() {
        meter.observe(List.of(text("four"), usage(9, 1, 10, 20)));
        assertThat(meter.billedOutputTokens(false)).isEqualTo(1);
        assertThat(meter.billedOutputTokens(true)).isEqualTo(11);
        meter.observe(List.of(text("漢字")));
        assertThat(meter.billedOutputTokens(false)).isEqualTo(7);
    }

    @Test
    void a_report_counts_the_text_that_stands_behind_it_in_its_batch() {
        meter.observe(List.of(usage(9, 1, 0, 10), text("four"), usage(9, 2, 0, 11), text("five")));
        assertThat(meter.billedOutputTokens(false)).isEqualTo(2);
    }

    @Test
    void growth_ends_at_what_the_model_can_say() {
        meter.observe(List.of(text("x".repeat(70_000))));
        assertThat(meter.billedOutputTokens(false)).isEqualTo(65_536);
    }

    @Test
    void a_cut_answer_is_not_charged_beyond_the_cut() {
        meter.observe(List.of(text("a long piece"), usage(9, 500, 10, 519)));
        meter.cutAt(300);
        assertThat(meter.usage().candidatesTokens()).isEqualTo(300);
        assertThat(meter.usage().thoughtsTokens()).as("not billed").isEqualTo(10);
    }

    @Test
    void thoughts_that_are_billed_share_the_cut_with_what_was_said() {
        UsageMeter call = new UsageMeter(100, Sold.limits(164, 65_536, false, 65_536, true));
        call.observe(List.of(text("a long piece"), usage(9, 200, 150, 359)));
        call.cutAt(300);
        assertThat(call.usage()).isEqualTo(new Usage(9, 0, 200, 100, 0, 0, 0, 200));
        assertThat(call.flags()).isEmpty();
    }

    @Test
    void details_by_modality_are_kept() {
        Modalities prompt = new Modalities(5, 258, 32, 0, 0);
        meter.observe(List.of(
                text("a"), new UpstreamEvent.Usage(299, prompt, new Modalities(3, 0, 0, 0, 0), 295, ABSENT, 4)));
        assertThat(meter.usage()).isEqualTo(new Usage(295, 0, 4, 0, 0, 32, 258, 3));
    }

    @Test
    void images_of_the_output_are_counted_and_text_is_what_remains() {
        for (Modalities details : List.of(new Modalities(340, 2_000, 0, 0, 0), new Modalities(0, 2_000, 0, 0, 0))) {
            UsageMeter call = new UsageMeter(100, Sold.limits(1_000_000, 65_536, false, 65_536, false));
            call.observe(List.of(made(2_340, details)));
            assertThat(call.usage()).isEqualTo(new Usage(326, 0, 2_340, 337, 0, 0, 0, 340).with(OUTPUT_IMAGE, 2_000));
            assertThat(call.flags()).isEmpty();
        }
    }

    @Test
    void images_are_cut_to_the_output_that_was_reported() {
        meter.observe(List.of(made(1_000, new Modalities(7, Long.MAX_VALUE, 0, 0, 0))));
        assertThat(meter.usage()).isEqualTo(new Usage(326, 0, 1_000, 337, 0, 0, 0, 0).with(OUTPUT_IMAGE, 1_000));
        assertThat(meter.flags()).containsExactly(CLAMPED);
    }

    @Test
    void an_answer_that_is_cut_has_no_more_images_than_output() {
        UsageMeter call = new UsageMeter(100, Sold.limits(1_000, 65_536, false, 65_536, false));
        call.observe(List.of(made(2_340, new Modalities(0, 2_000, 0, 0, 0))));
        call.cutAt(1_500);
        assertThat(call.usage()).isEqualTo(new Usage(326, 0, 1_500, 337, 0, 0, 0, 0).with(OUTPUT_IMAGE, 1_500));
        assertThat(call.flags()).isEmpty();
    }

    private static UpstreamEvent made(long candidates, Modalities details) {
        return new UpstreamEvent.Usage(ABSENT, Modalities.NONE, details, 326, ABSENT, candidates, 337);
    }

    @Test
    void each_count_is_cut_to_the_calls_limit() {
        UsageMeter call = new UsageMeter(100, Sold.limits(164, 600, true, 2 * 65_536, false));
        call.observe(List.of(
                text("a"),
                new UpstreamEvent.Usage(
                        7, Modalities.NONE, Modalities.NONE, 1L << 31, 1L << 31, 1L << 31, Long.MAX_VALUE, 1L << 40)));
        assertThat(call.usage()).isEqualTo(new Usage(164, 0, 600, 2 * 65_536 - 600, 164, 0, 0, 600));
        assertThat(call.flags()).contains(CLAMPED);
        assertThat(call.reportedInputTokens()).isEqualTo(164);
        assertThat(call.passedMaximum()).isTrue();
        assertThat(call.excess()).isEqualTo(new ExcessReports.Excess(1L << 32, 1L << 31));
    }

    @Test
    void reasoning_that_is_billed_shares_the_maximum_with_what_is_said() {
        UsageMeter call = new UsageMeter(100, Sold.limits(164, 300, true, 65_536, true));
        call.observe(List.of(text("a"), usage(20, 200, 101, 321)));
        assertThat(call.usage()).isEqualTo(new Usage(20, 0, 200, 100, 0, 0, 0, 200));
        assertThat(call.flags()).containsExactly(CLAMPED);
        assertThat(call.passedMaximum()).isTrue();
    }

    @Test
    void what_a_tool_adds_to_the_prompt_shares_its_bound() {
        UsageMeter call = new UsageMeter(100, Sold.limits(16_548, 300, true, 65_536, true));
        call.observe(List.of(
                text("a"), new UpstreamEvent.Usage(20_558, Modalities.NONE, Modalities.NONE, 548, 20_000, 10, 0, 0)));
        assertThat(call.usage().promptTokens()).isEqualTo(548);
        assertThat(call.usage().of(Count.TOOLS)).isEqualTo(16_000);
        assertThat(call.passedMaximum()).isFalse();
    }

    @Test
    void what_lies_within_the_bounds_is_no_excess() {
        UsageMeter call = new UsageMeter(100, Sold.limits(164, 300, true, 65_536, true));
        call.observe(List.of(text("a"), usage(164, 200, 100, 464)));
        assertThat(call.usage()).isEqualTo(new Usage(164, 0, 200, 100, 0, 0, 0, 200));
        assertThat(call.flags()).isEmpty();
        assertThat(call.excess()).isNull();
        assertThat(call.passedMaximum()).isFalse();
    }

    private static UpstreamEvent text(String text) {
        return new UpstreamEvent.Text(0, text, null);
    }

    private static UpstreamEvent usage(long prompt, long candidates, long thoughts, long total) {
        return new UpstreamEvent.Usage(total, Modalities.NONE, Modalities.NONE, prompt, ABSENT, candidates, thoughts);
    }
}
