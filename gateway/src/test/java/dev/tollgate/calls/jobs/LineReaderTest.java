package dev.tollgate.calls.jobs;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tollgate.testing.Effort;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTest {

    private static final String MARK = "\uFEFF";

    /** An input that comes in pieces of any size. */
    private static final class InPieces extends InputStream {

        private final byte[] bytes;
        private final Random random;
        private int at;

        InPieces(byte[] bytes, Random random) {
            this.bytes = bytes;
            this.random = random;
        }

        @Override
        public int read() {
            throw new IllegalStateException("a byte at a time");
        }

        @Override
        public int read(byte[] to, int from, int count) {
            if (at == bytes.length) {
                return -1;
            }
            int some = Math.min(1 + random.nextInt(count), bytes.length - at);
            int few = random.nextBoolean() ? Math.min(some, 1 + random.nextInt(3)) : some;
            System.arraycopy(bytes, at, to, from, few);
            at += few;
            return few;
        }
    }

    private record Read(int number, long place, String text) {

        static Read of(Line line) {
            return new Read(line.number(), line.place(), new String(line.bytes(), StandardCharsets.UTF_8));
        }
    }

    private static List<Read> all(LineReader reader) throws IOException {
        List<Read> all = new ArrayList<>();
        for (Line line = reader.next(); line != null; line = reader.next()) {
            all.add(Read.of(line));
        }
        return all;
    }

    private static List<Read> all(String input) throws IOException {
        return all(new LineReader(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8))));
    }

    /** A second reader, over the whole text. */
    private static List<Read> expected(byte[] input) {
        List<Read> all = new ArrayList<>();
        int from = new String(input, StandardCharsets.UTF_8).startsWith(MARK) ? 3 : 0;
        while (from < input.length) {
            int to = from;
            while (to < input.length && input[to] != '\n') {
                to++;
            }
            String text = new String(input, from, to - from, StandardCharsets.UTF_8);
            if (!text.isBlank()) {
                all.add(new Read(
                        all.size() + 1, from, text.endsWith("\r") ? text.substring(0, text.length() - 1) : text));
            }
            from = to + 1;
        }
        return all;
    }

    @Test
    void lines_are_read_with_their_places() throws IOException {
        assertEquals(
                List.of(new Read(1, 3, "{\"a\":1}"), new Read(2, 14, "zwölf"), new Read(3, 21, " x ")),
                all(MARK + "{\"a\":1}\r\n\n\nzwölf\n x "));
        assertEquals(List.of(), all(""));
        assertEquals(List.of(), all(MARK + "\r\n \t\n"));
    }

    @Test
    void random_inputs_are_read_in_any_pieces() throws IOException {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        String[] parts = {"\n", "\r", "\r\n", " ", "\t", "a", "{}", "é", MARK, "x".repeat(300), "\n\n\n"};
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? MARK : "");
            for (int part = random.nextInt(40); part > 0; part--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            byte[] input = text.toString().getBytes(StandardCharsets.UTF_8);
            List<Read> expected = expected(input);
            assertEquals(expected, all(new LineReader(new InPieces(input, random))), "seed " + seed + ", " + round);
            goesOnFromEachLine(input, expected);
        }
    }

    /** A cursor that was kept reads the rest as if it had never stopped. */
    private static void goesOnFromEachLine(byte[] input, List<Read> lines) throws IOException {
        for (int i = 0; i < lines.size(); i++) {
            int place = (int) lines.get(i).place();
            InputStream rest = new ByteArrayInputStream(input, place, input.length - place);
            assertEquals(lines.subList(i, lines.size()), all(new LineReader(rest, place, i)));
        }
    }

    @Test
    void the_place_of_the_next_line_is_known() throws IOException {
        LineReader reader = new LineReader(new ByteArrayInputStream("ab\r\n\ncd".getBytes(StandardCharsets.UTF_8)));
        reader.next();
        assertThat(reader.place()).isEqualTo(4);
        reader.next();
        assertThat(reader.place()).isEqualTo(7);
    }

    private static byte[] line(int bytes) {
        byte[] line = new byte[bytes];
        Arrays.fill(line, (byte) 'a');
        return line;
    }

    private static LineReader reader(byte[]... parts) {
        return new LineReader(Arrays.stream(parts)
                .<InputStream>map(ByteArrayInputStream::new)
                .reduce(SequenceInputStream::new)
                .orElseThrow());
    }

    @Test
    void longer_lines_are_refused() throws IOException {
        byte[] mark = MARK.getBytes(StandardCharsets.UTF_8);
        byte[] end = {'\r', '\n'};
        List<Read> longest = all(reader(mark, line(LineReader.BYTES_MAX), end));
        assertThat(longest.getFirst().text().length()).isEqualTo(LineReader.BYTES_MAX);
        LineReader reader = reader(end, line(1), end, line(LineReader.BYTES_MAX + 1));
        reader.next();
        assertEquals(2, assertThrows(LineReader.TooLong.class, reader::next).number());
    }

    @Test
    void a_million_blank_lines_are_none() throws IOException {
        byte[] blank = new byte[2_000_000];
        for (int i = 0; i < blank.length; i += 2) {
            blank[i] = '\r';
            blank[i + 1] = '\n';
        }
        assertEquals(List.of(new Read(1, blank.length, "a")), all(reader(blank, line(1))));
    }
}
