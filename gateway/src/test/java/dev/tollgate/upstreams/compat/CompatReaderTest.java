package dev.tollgate.upstreams.compat;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The end, completeness and limits of a stream. Golden files hold its meaning. */
class CompatReaderTest {

    private static final int ARGUMENTS_CHARS_MAX = 16 * 1024 * 1024;

    private final List<UpstreamEvent> events = new ArrayList<>();
    private final CompatReader reader =
            new CompatReader(new CompatErrors(""), 1, false, false, ServiceTier.STANDARD, true);

    private boolean read(String event) {
        byte[] bytes = ("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, bytes.length, events);
    }

    private static String delta(String delta) {
        return "{\"choices\":[{\"index\":0,\"delta\":" + delta + "}]}";
    }

    private static String call(int index, String arguments) {
        return delta("{\"tool_calls\":[{\"index\":" + index + ",\"id\":\"c" + index
                + "\",\"function\":{\"name\":\"f\",\"arguments\":\"" + arguments + "\"}}]}");
    }

    private static String cited(String url) {
        return delta(
                "{\"annotations\":[{\"url_citation\":{\"url\":\"" + url + "\",\"title\":\"t\",\"end_index\":1}}]}");
    }

    private static final String STOP = "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";

    @Test
    void an_answer_is_whole_with_the_finish_reason_of_all_that_was_asked_for() {
        assertThat(reader.isWhole()).isFalse();
        assertThat(read(delta("{\"content\":\"a\"}"))).isTrue();
        assertThat(reader.isWhole()).isFalse();
        assertThat(read(STOP)).isTrue();
        assertThat(reader.isWhole()).isTrue();
        assertThat(new CompatReader(new CompatErrors(""), 0, false, false, ServiceTier.STANDARD, true).isWhole())
                .isFalse();
    }

    @Test
    void flex_is_granted_by_the_servers_word_alone() {
        CompatReader flex = new CompatReader(new CompatErrors(""), 1, false, false, ServiceTier.FLEX, true);
        for (String word : new String[] {"", ",\"service_tier\":\"flex\"", ",\"service_tier\":\"default\""}) {
            byte[] bytes = ("data: {\"choices\":[]" + word + "}\n\n").getBytes(StandardCharsets.UTF_8);
            flex.read(bytes, bytes.length, events);
        }
        assertThat(events)
                .filteredOn(UpstreamEvent.TierGranted.class::isInstance)
                .containsExactly(
                        new UpstreamEvent.TierGranted(ServiceTier.STANDARD),
                        new UpstreamEvent.TierGranted(ServiceTier.FLEX),
                        new UpstreamEvent.TierGranted(ServiceTier.STANDARD));
    }

    @Test
    void nothing_is_read_behind_an_error() {
        assertThat(read("{\"error\":{\"code\":429}}")).isFalse();
        assertThat(read(STOP)).isFalse();
        assertThat(events).isEmpty();
        assertThat(reader.cut("gone", events)).returns(Kind.QUOTA, UpstreamFailure::kind);
    }

    @Test
    void a_connection_that_is_cut_has_broken_an_answer_that_had_begun_and_no_other() {
        assertThat(reader.cut("gone", events)).returns(Kind.UNAVAILABLE, UpstreamFailure::kind);
        CompatReader begun = new CompatReader(new CompatErrors(""), 1, false, false, ServiceTier.STANDARD, true);
        byte[] text = ("data: " + delta("{\"content\":\"a\"}") + "\n\n").getBytes(StandardCharsets.UTF_8);
        begun.read(text, text.length, events);
        assertThat(begun.cut("gone", events)).isEqualTo(new UpstreamFailure(Kind.BROKEN, null, "gone"));
        read(STOP);
    }

    @Test
    void a_connection_that_is_cut_behind_the_end_has_broken_nothing() {
        read(STOP);
        assertThat(reader.cut("gone", events)).isNull();
    }

    @Test
    void an_event_that_is_too_large_ends_the_answer() {
        byte[] endless = new byte[1 << 20];
        Arrays.fill(endless, (byte) 'x');
        byte[] begin = "data: ".getBytes(StandardCharsets.US_ASCII);
        reader.read(begin, begin.length, events);
        int reads = 1;
        while (reader.read(endless, endless.length, events)) {
            reads++;
        }
        assertThat(reads).isEqualTo(16);
        assertThat(reader.end(events)).returns(Kind.BROKEN, UpstreamFailure::kind);
    }

    @Test
    void arguments_of_all_calls_may_have_sixteen_million_characters() {
        String half = "x".repeat(ARGUMENTS_CHARS_MAX / 2);
        assertThat(read(call(0, half))).isTrue();
        assertThat(read(call(1, half))).isTrue();
        assertThat(read(call(1, "x"))).isFalse();
        assertThat(reader.end(events)).isEqualTo(new UpstreamFailure(Kind.BROKEN, null, "a tool call is too long"));
    }

    @Test
    void an_answer_may_hold_a_thousand_calls() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(read(call(i, "{}"))).isTrue();
        }
        assertThat(read(call(1_000, "{}"))).isFalse();
    }

    private int citations() {
        read(STOP);
        return events.stream()
                .filter(UpstreamEvent.Grounding.class::isInstance)
                .mapToInt(event -> ((UpstreamEvent.Grounding) event).citations().size())
                .sum();
    }

    @Test
    void citations_beyond_ten_thousand_are_left_out() {
        for (int i = 0; i <= 10_000; i++) {
            read(cited("https://a.example/" + i));
        }
        assertThat(citations()).isEqualTo(10_000);
    }

    @Test
    void citations_beyond_a_million_characters_are_left_out_and_equal_ones_count_once() {
        String half = "https://a.example/" + "x".repeat((1 << 19) - 19);
        read(cited(half));
        read(cited(half));
        read(cited(half.replace('a', 'b')));
        read(cited("y"));
        assertThat(citations()).isEqualTo(2);
    }
}
