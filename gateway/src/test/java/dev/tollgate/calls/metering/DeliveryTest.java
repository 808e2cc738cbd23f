package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.JsonNodeFactory;

/** What is kept back until there is output (D48), and how each candidate's answer ends (D32, D53). */
class DeliveryTest {

    private final PlayedCall played = new PlayedCall(Sold.bounds(false, 2, null));
    private final Delivery delivery = new Delivery(played.caller, 2);

    private static UpstreamEvent text(int candidate, String text) {
        return new UpstreamEvent.Text(candidate, text, null);
    }

    private static UpstreamEvent ends(int candidate, FinishReason reason) {
        return new UpstreamEvent.Finish(candidate, reason, "");
    }

    @Test
    void what_is_no_output_waits_for_what_is() {
        delivery.show(List.of(new UpstreamEvent.Started("m", "r"), text(0, "")), 1);
        delivery.show(List.of(new UpstreamEvent.Thought(0, "", null)), 1);
        assertThat(played.told()).isEmpty();
        assertThat(delivery.hasOutput()).isFalse();
        delivery.show(List.of(text(0, "a")), 1);
        assertThat(delivery.hasOutput()).isTrue();
        assertThat(played.told()).containsExactly("answering 1", "shows Started '' Thought 'a'");
        delivery.show(List.of(text(0, "")), 1);
        assertThat(played.told()).as("then all goes on").containsExactly("shows ''");
    }

    static List<UpstreamEvent> output() {
        return List.of(
                text(0, "a"),
                new UpstreamEvent.Thought(0, "a", null),
                new UpstreamEvent.ToolCall(0, null, "f", "{}", null),
                new UpstreamEvent.Media(0, "image/png", "AAAA"));
    }

    @ParameterizedTest
    @MethodSource("output")
    void text_thoughts_calls_and_files_are_output(UpstreamEvent event) {
        delivery.show(List.of(event), 1);
        assertThat(delivery.hasOutput()).isTrue();
    }

    @Test
    void a_filter_before_any_output_blocks_the_answer_and_one_after_it_does_not() {
        delivery.show(List.of(ends(0, FinishReason.FILTERED)), 1);
        assertThat(delivery.isBlocked()).isTrue();
        delivery.show(List.of(text(1, "a")), 1);
        assertThat(delivery.isBlocked()).isFalse();
    }

    @Test
    void a_prompt_blocked_before_output_blocks_the_response_despite_other_content() {
        delivery.show(List.of(text(0, "a"), new UpstreamEvent.PromptBlocked("SAFETY")), 1);
        assertThat(delivery.isBlocked()).isTrue();
        assertThat(played.told()).isEmpty();
    }

    @Test
    void a_prompt_that_is_blocked_later_blocks_what_leaves_in_one_piece_alone() {
        delivery.show(List.of(text(0, "a")), 1);
        delivery.show(List.of(new UpstreamEvent.PromptBlocked("SAFETY")), 1);
        assertThat(delivery.isBlocked()).isFalse();
        played.caller.leavesWhole = true;
        assertThat(delivery.isBlocked()).isTrue();
    }

    @Test
    void an_unexplained_end_needs_output_and_an_unreadable_one_is_unusable() {
        delivery.show(List.of(ends(0, FinishReason.STOP)), 1);
        assertThat(delivery.isUnusable()).isFalse();
        assertThat(delivery.isBlocked()).isFalse();
        delivery.show(List.of(ends(1, FinishReason.OTHER)), 1);
        assertThat(delivery.isUnusable()).isTrue();
        delivery.show(List.of(text(0, "a")), 1);
        assertThat(delivery.isUnusable()).isFalse();
        delivery.show(List.of(ends(1, FinishReason.MALFORMED)), 1);
        assertThat(delivery.isUnusable()).isTrue();
    }

    @Test
    void a_malformed_end_alone_is_of_no_use() {
        delivery.show(List.of(ends(0, FinishReason.MALFORMED)), 1);
        assertThat(delivery.isUnusable()).isTrue();
    }

    @Test
    void an_answer_is_finished_when_each_candidate_is_shown_kept_back_or_waiting() {
        assertThat(delivery.allFinished(List.of())).isFalse();
        delivery.show(List.of(ends(0, FinishReason.STOP)), 1);
        assertThat(delivery.allFinished(List.of())).isFalse();
        assertThat(delivery.allFinished(List.of(List.of(ends(0, FinishReason.STOP)))))
                .isFalse();
        assertThat(delivery.allFinished(List.of(List.of(ends(1, FinishReason.STOP)))))
                .isTrue();
        delivery.show(List.of(text(1, "a")), 1);
        assertThat(delivery.allFinished(List.of(List.of(text(1, "b"), ends(1, FinishReason.STOP)))))
                .isTrue();
        delivery.show(List.of(ends(1, FinishReason.STOP)), 1);
        assertThat(delivery.allFinished(List.of())).isTrue();
    }

    @Test
    void a_cut_ends_the_candidates_that_have_no_end() {
        delivery.show(List.of(text(0, "a"), ends(0, FinishReason.STOP)), 1);
        played.told();
        delivery.cutShort(List.of(text(1, "b")), "CREDITS_EXHAUSTED", 1);
        assertThat(played.told()).containsExactly("shows 'b' LENGTH/CREDITS_EXHAUSTED");
        delivery.cutShort(List.of(), "CREDITS_EXHAUSTED", 1);
        assertThat(played.told()).as("all have ended").isEmpty();
    }

    @Test
    void a_cut_ends_a_candidate_that_goes_on() {
        delivery.show(List.of(text(0, "a"), ends(0, FinishReason.STOP), ends(1, FinishReason.STOP)), 1);
        delivery.show(List.of(text(0, "b")), 1);
        assertThat(delivery.allFinished(List.of())).isTrue();
        played.told();
        delivery.cutShort(List.of(), "TIMEOUT", 1);
        assertThat(played.told()).containsExactly("shows LENGTH/TIMEOUT");
        delivery.goesOn(List.of(List.of(text(1, "lost"), ends(1, FinishReason.STOP))));
        delivery.cutShort(List.of(), "TIMEOUT", 1);
        assertThat(played.told()).containsExactly("shows LENGTH/TIMEOUT");
    }

    @Test
    void the_last_finish_reason_of_a_candidate_counts() {
        delivery.show(List.of(ends(0, FinishReason.MALFORMED), ends(1, FinishReason.FILTERED)), 1);
        assertThat(delivery.isBlocked()).isTrue();
        assertThat(delivery.isUnusable()).isTrue();
        delivery.show(List.of(ends(0, FinishReason.STOP), ends(1, FinishReason.STOP)), 1);
        assertThat(delivery.isBlocked()).isFalse();
        assertThat(delivery.isUnusable()).isFalse();
        assertThat(delivery.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void at_the_maximum_those_that_have_stopped_by_themselves_end_by_length_too_and_the_filtered_stay() {
        delivery.show(List.of(text(0, "a"), ends(0, FinishReason.STOP), ends(1, FinishReason.FILTERED)), 1);
        played.told();
        delivery.endAtMaximum(List.of(), "MAX_TOKENS", 1);
        assertThat(played.told()).containsExactly("shows LENGTH/MAX_TOKENS");
    }

    @Test
    void at_the_maximum_a_stop_that_was_kept_back_is_not_shown() {
        delivery.show(List.of(text(0, ""), ends(0, FinishReason.STOP), ends(1, FinishReason.FILTERED)), 1);
        delivery.endAtMaximum(List.of(), "MAX_TOKENS", 1);
        assertThat(played.told()).containsExactly("answering 1", "shows '' FILTERED/ LENGTH/MAX_TOKENS");
    }

    @Test
    void what_was_kept_back_is_shown_once_and_what_is_cleared_never() {
        delivery.show(List.of(text(0, "")), 3);
        delivery.showKeptBack(3);
        assertThat(played.told()).containsExactly("answering 3", "shows ''");
        delivery.showKeptBack(3);
        assertThat(played.told()).isEmpty();
        Delivery cleared = new Delivery(played.caller, 1);
        cleared.show(List.of(text(0, "")), 1);
        cleared.clear();
        cleared.showKeptBack(1);
        assertThat(played.told()).isEmpty();
    }

    static List<UpstreamEvent> ofTheThird() {
        return List.of(
                text(2, "a"),
                new UpstreamEvent.Thought(2, "a", null),
                new UpstreamEvent.ToolCall(2, null, "f", "{}", null),
                new UpstreamEvent.Media(2, "image/png", "AAAA"),
                new UpstreamEvent.ServerTool(2, "{}"),
                new UpstreamEvent.Grounding(2, List.of(), null, null),
                new UpstreamEvent.Logprobs(2, JsonNodeFactory.instance.arrayNode()),
                ends(2, FinishReason.STOP));
    }

    @ParameterizedTest
    @MethodSource("ofTheThird")
    void a_candidate_beyond_those_that_were_asked_for_is_strange(UpstreamEvent event) {
        assertThat(Delivery.isStrange(List.of(text(0, "a"), event), 2)).isTrue();
        assertThat(Delivery.isStrange(List.of(text(1, "a"), event), 3)).isFalse();
    }

    @Test
    void what_is_of_no_candidate_is_never_strange() {
        assertThat(Delivery.isStrange(
                        List.of(
                                new UpstreamEvent.Started("m", "r"),
                                new UpstreamEvent.PromptBlocked("SAFETY"),
                                UpstreamEvent.Unreported.FROM_HERE,
                                new UpstreamEvent.Raw(JsonNodeFactory.instance.objectNode(), 7)),
                        1))
                .isFalse();
    }

    // ---- what waits ----

    @Test
    void what_waits_has_the_size_of_its_text_arguments_files_and_chunks() {
        Backlog waiting = new Backlog(Sold.bounds(false, 1, null));
        assertThat(waiting.size()).isZero();
        assertThat(waiting.isEmpty()).isTrue();
        waiting.add(List.of(
                text(0, "a"),
                new UpstreamEvent.Thought(0, "bc", null),
                new UpstreamEvent.ToolCall(0, null, "f", "{\"a\":1}", null),
                new UpstreamEvent.Media(0, "image/png", "AAAA"),
                new UpstreamEvent.Raw(JsonNodeFactory.instance.objectNode(), 100),
                ends(0, FinishReason.STOP)));
        waiting.add(List.of(text(0, "def")));
        assertThat(waiting.size()).isEqualTo(1 + 2 + 7 + 4 + 100 + 3);
        assertThat(waiting.isEmpty()).isFalse();
        waiting.clear();
        assertThat(waiting.isEmpty()).isTrue();
    }

    @Test
    void each_report_begins_a_batch_of_its_own() {
        Backlog waiting = new Backlog(Sold.bounds(false, 1, null));
        UpstreamEvent usage =
                new UpstreamEvent.Usage(2, UpstreamEvent.Modalities.NONE, UpstreamEvent.Modalities.NONE, 1, 0, 1, 0, 0);
        waiting.add(
                List.of(usage, text(0, "a"), usage, text(0, "b"), UpstreamEvent.Unreported.FROM_HERE, text(0, "c")));
        assertThat(waiting.batches())
                .containsExactly(
                        List.of(usage, text(0, "a")),
                        List.of(usage, text(0, "b")),
                        List.of(UpstreamEvent.Unreported.FROM_HERE, text(0, "c")));
    }
}
