package dev.tollgate.upstreams.connections;

import static dev.tollgate.testing.Asserts.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseReaderTest {

    private final List<String> events = new ArrayList<>();
    private final SseReader reader =
            new SseReader((bytes, from, to) -> events.add(new String(bytes, from, to - from, StandardCharsets.UTF_8)));

    private boolean read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, bytes.length);
    }

    @Test
    void an_event_is_reported_at_its_blank_line() {
        read("data: a\n");
        assertThat(events).isEmpty();
        read("\ndata: b");
        assertThat(events).containsExactly("a");
        reader.end();
        assertThat(events).containsExactly("a", "b");
    }

    @Test
    void one_space_after_the_colon_belongs_to_the_form() {
        read("data:a\n\ndata:  b\n\n");
        assertThat(events).containsExactly("a", " b");
    }

    @Test
    void an_event_without_data_is_none() {
        read(
                "data:\n\ndata\n\ndata: \n\ndata:\ndata:\n\n: c\n\nevent: x\n\nid: 1\n\nretry: 1\r\r\n\ndata\rdata: a\r\r");
        read("data:");
        reader.end();
        assertThat(events).containsExactly("\na");
    }

    @Test
    void a_byte_order_mark_stands_before_the_stream_and_nowhere_else() {
        byte[] marked = "\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: c\n\n".getBytes(StandardCharsets.UTF_8);
        for (byte each : marked) {
            reader.read(new byte[] {each}, 1);
        }
        assertThat(events).containsExactly("a", "c");
    }

    @Test
    void several_data_lines_are_one_event() {
        read("data: a\ndata: b\r\ndata: c\r\r");
        assertThat(events).containsExactly("a\nb\nc");
    }

    @Test
    void a_carriage_return_and_its_line_feed_may_come_apart() {
        read("data: a\r");
        read("\n\r");
        assertThat(events).containsExactly("a");
        read("\ndata: b\r\n\r\n");
        assertThat(events).containsExactly("a", "b");
    }

    @Test
    void other_lines_are_passed_over() {
        read(": c\nevent: x\nid: 1\ndatax\nretry: 1\ndata: a\nfoo\n\n");
        assertThat(events).containsExactly("a");
        assertThat(reader.tail()).isEmpty();
    }

    @Test
    void what_begins_like_json_is_the_tail_up_to_the_end() {
        read("data: a\n{\n  \"error\": 1\n}\n\ndata: b\n\nrest");
        reader.end();
        assertThat(events).containsExactly("a");
        assertThat(new String(reader.tail(), StandardCharsets.UTF_8))
                .isEqualTo("{\n  \"error\": 1\n}\n\ndata: b\n\nrest\n");
    }

    @Test
    void the_tail_has_an_end() {
        read("<html>\n");
        for (int i = 0; i < 100; i++) {
            read("x".repeat(1000) + "\n");
        }
        assertThat(reader.tail().length).isLessThanOrEqualTo(SseReader.TAIL_BYTES_MAX);
    }

    @Test
    void an_event_has_a_largest_size() {
        byte[] filler = new byte[1024 * 1024];
        Arrays.fill(filler, (byte) 'x');
        assertThat(read("data: ")).isTrue();
        for (int i = 0; i < 15; i++) {
            assertThat(reader.read(filler, filler.length)).isTrue();
        }
        assertThat(reader.read(filler, filler.length)).isFalse();
    }

    @Test
    void many_data_lines_have_a_largest_size_too() {
        byte[] filler = ("data: " + "x".repeat(1024 * 1024) + "\n").getBytes(StandardCharsets.UTF_8);
        int taken = 0;
        while (taken < 20 && reader.read(filler, filler.length)) {
            taken++;
        }
        assertThat(taken).isBetween(14, 16);
    }
}
