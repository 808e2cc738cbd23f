package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import java.util.List;
import org.junit.jupiter.api.Test;

class LengthCutTest {

    private static final long PICTURE = Extras.Images.NONE.weight();
    private static final UpstreamEvent STOP = new UpstreamEvent.Finish(0, FinishReason.STOP, "STOP");

    @Test
    void a_text_that_is_covered_by_half_is_cut_in_half() {
        assertThat(LengthCut.of(List.of(text("abcdefgh"), STOP), 4, 2, false, PICTURE))
                .containsExactly(text("abcd"));
    }

    @Test
    void the_cut_falls_on_a_characters_border() {
        assertThat(LengthCut.of(List.of(text("漢字漢字")), 12, 7, false, PICTURE)).containsExactly(text("漢字"));
    }

    @Test
    void what_comes_after_the_cut_is_left_out() {
        List<UpstreamEvent> events = List.of(text("abcd"), text("efgh"), text("ijkl"), STOP);
        assertThat(LengthCut.of(events, 12, 6, false, PICTURE)).containsExactly(text("abcd"), text("ef"));
    }

    @Test
    void a_call_is_delivered_whole_or_not_at_all() {
        UpstreamEvent call = new UpstreamEvent.ToolCall(0, null, "f", "{\"a\":1}", null);
        assertThat(LengthCut.of(List.of(text("abcd"), call), 12, 11, false, PICTURE))
                .containsExactly(text("abcd"));
        assertThat(LengthCut.of(List.of(text("abcd"), call, text("efgh")), 16, 12, false, PICTURE))
                .containsExactly(text("abcd"), call, text(""));
    }

    @Test
    void a_picture_counts_as_much_as_a_long_text_and_is_delivered_whole_or_not_at_all() {
        UpstreamEvent picture = new UpstreamEvent.Media(0, "image/png", "iVBORw0K");
        long bytes = 4 + PICTURE;
        assertThat(LengthCut.of(List.of(text("abcd"), picture), bytes, bytes - 1, false, PICTURE))
                .containsExactly(text("abcd"));
        assertThat(LengthCut.of(List.of(text("abcd"), picture), bytes, bytes, false, PICTURE))
                .containsExactly(text("abcd"), picture);
    }

    @Test
    void thoughts_pass_where_they_are_not_billed_and_count_where_they_are() {
        UpstreamEvent thought = new UpstreamEvent.Thought(0, "thinking", null);
        assertThat(LengthCut.of(List.of(thought, text("abcd")), 4, 1, false, PICTURE))
                .containsExactly(thought, text("a"));
        assertThat(LengthCut.of(List.of(thought, text("abcd")), 12, 3, true, PICTURE))
                .containsExactly(new UpstreamEvent.Thought(0, "thi", null));
    }

    @Test
    void where_the_prompt_alone_has_used_up_what_was_covered_nothing_is_delivered() {
        assertThat(LengthCut.of(List.of(text("abcd")), 0, 0, false, PICTURE)).containsExactly(text(""));
    }

    @Test
    void nothing_covered_delivers_nothing() {
        assertThat(LengthCut.of(List.of(text("abcd")), 4, 0, false, PICTURE)).containsExactly(text(""));
    }

    private static UpstreamEvent text(String text) {
        return new UpstreamEvent.Text(0, text, null);
    }
}
