package dev.tollgate.upstreams.connections;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Randomly;
import dev.tollgate.upstreams.connections.MadeScanner.Fault;
import dev.tollgate.upstreams.connections.MadeScanner.Member;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

class MadeScannerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONG = MadeScanner.HELD_BYTES_MAX;
    private static final String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static final class Result implements MadeScanner.Target {
        private final ByteArrayOutputStream text = new ByteArrayOutputStream();
        private final Map<String, ByteArrayOutputStream> files = new LinkedHashMap<>();
        private String open = "";
        private int whole;

        @Override
        public void text(byte[] bytes, int from, int to) {
            text.write(bytes, from, to - from);
        }

        @Override
        public String begins() {
            open = "name-of-" + files.size();
            files.put(open, new ByteArrayOutputStream());
            return open;
        }

        @Override
        public void piece(byte[] piece, int length) {
            assertThat(length).isBetween(1, MadeScanner.PIECE_BYTES);
            files.get(open).write(piece, 0, length);
        }

        @Override
        public void ends() {
            whole++;
        }

        String filled(String value) {
            String filled = value;
            for (Map.Entry<String, ByteArrayOutputStream> file : files.entrySet()) {
                filled = filled.replace(file.getKey(), file.getValue().toString(StandardCharsets.US_ASCII));
            }
            return filled;
        }
    }

    private static @Nullable Fault scan(Member member, long bytesMax, String text, Result into, int... cuts) {
        MadeScanner scanner = new MadeScanner(member, bytesMax, into);
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        int from = 0;
        for (int cut : cuts) {
            byte[] piece = java.util.Arrays.copyOfRange(all, from, cut);
            scanner.read(piece, piece.length);
            from = cut;
        }
        byte[] rest = java.util.Arrays.copyOfRange(all, from, all.length);
        scanner.read(rest, rest.length);
        return scanner.fault();
    }

    private static String event(Member member, String value) {
        return "data: "
                + (member == Member.DATA
                        ? "{\"candidates\":[{\"content\":{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\""
                                + value + "\"}}]}}]}"
                        : "{\"choices\":[{\"delta\":{\"images\":[{\"image_url\":{\"url\":\"data:image\\/png;base64,"
                                + value + "\"}}]}}]}")
                + "\n\n";
    }

    private static String base64(Random random, int chars) {
        StringBuilder text = new StringBuilder(chars);
        for (int i = 0; i < chars; i++) {
            text.append(BASE64.charAt(random.nextInt(BASE64.length())));
        }
        return text.append("=".repeat(random.nextInt(3))).toString();
    }

    // ---- against a plain reader ----

    /** Values of all lengths, in files and not, and what only looks like them. */
    @ParameterizedTest
    @EnumSource(Member.class)
    void whatever_the_bytes_and_their_cuts_are_a_reader_finds_the_same_values(Member member) {
        Randomly.run(Effort.of(15, 20_000), random -> {
            StringBuilder sent = new StringBuilder();
            for (int i = random.nextInt(3); i >= 0; i--) {
                sent.append(
                        random.nextInt(4) == 0
                                ? ": \"data\":\""
                                        + Randomly.text(random, 9, false).replaceAll("[\r\n]", "") + "\n\n"
                                : "");
                String json = JSON.writeValueAsString(chunk(random, member));
                sent.append("data: ")
                        .append(random.nextBoolean() ? escaped(random, json) : json)
                        .append("\r\n\r\n");
            }
            int length = sent.toString().getBytes(StandardCharsets.UTF_8).length;
            int[] cuts = random.ints(random.nextInt(40), 0, length).sorted().toArray();
            Result result = new Result();
            assertThat(scan(member, 1L << 30, sent.toString(), result, cuts)).isNull();
            assertThat(result.files).hasSize(result.whole);
            String[] before = sent.toString().split("\n");
            String[] after = result.text.toString(StandardCharsets.UTF_8).split("\n");
            assertThat(after).hasSameSizeAs(before);
            for (int i = 0; i < before.length; i++) {
                if (before[i].startsWith("data: ")) {
                    JsonNode tree = JSON.readTree(after[i].substring(6));
                    assertThat(filled(tree, result).equals(JSON.readTree(before[i].substring(6))))
                            .isTrue();
                } else {
                    assertThat(after[i]).isEqualTo(before[i]);
                }
            }
        });
    }

    private static JsonNode chunk(Random random, Member member) {
        ObjectNode chunk = JSON.createObjectNode();
        ObjectNode candidate =
                chunk.putArray(member == Member.DATA ? "candidates" : "choices").addObject();
        ArrayNode parts = candidate
                .putObject(member == Member.DATA ? "content" : "delta")
                .putArray(member == Member.DATA ? "parts" : "images");
        for (int i = random.nextInt(4); i > 0; i--) {
            part(random, member, parts.addObject());
        }
        candidate.putObject("more").putObject("data").put("data", base64(random, random.nextInt(100)));
        return chunk;
    }

    private static void part(Random random, Member member, ObjectNode part) {
        String value =
                base64(random, random.nextInt(3) == 0 ? random.nextInt(3 * LONG) : LONG - 40 + random.nextInt(80));
        switch (random.nextInt(6)) {
            case 0 -> part.put("text", "\"data\":\"" + Randomly.text(random, 50, false) + "{[");
            case 1 ->
                part.putObject("functionCall")
                        .putObject("args")
                        .putObject(member == Member.DATA ? "inlineData" : "image_url")
                        .put("data", value)
                        .put("url", "data:image/png;base64," + value);
            case 2 -> part.putObject("image_url").put("urls", "x").put("url", "https://a.example/" + value);
            default -> {
                ObjectNode inner = part.putObject(member == Member.DATA ? "inlineData" : "image_url");
                inner.put("mimeType", "data");
                inner.put(
                        member == Member.DATA ? "data" : "url",
                        member == Member.DATA ? value : "data:image/png;base64," + value);
            }
        }
    }

    private static String escaped(Random random, String json) {
        return json.replace("/", random.nextBoolean() ? "\\/" : "\\u002f")
                .replace("=", "\\u003D")
                .replace("+", random.nextBoolean() ? "+" : "\\u002b")
                .replace("\":", random.nextBoolean() ? "\" : " : "\":");
    }

    private static JsonNode filled(JsonNode tree, Result result) {
        switch (tree) {
            case ObjectNode object -> object.properties().forEach(it -> it.setValue(filled(it.getValue(), result)));
            case ArrayNode array -> {
                for (int i = 0; i < array.size(); i++) {
                    array.set(i, filled(array.get(i), result));
                }
            }
            case StringNode text -> {
                return text.stringValue().length() < 100 ? new StringNode(result.filled(text.stringValue())) : text;
            }
            default -> {}
        }
        return tree;
    }

    // ---- what is no file, and what is too much ----

    @ParameterizedTest
    @EnumSource(Member.class)
    void a_short_value_stays_where_it_is_and_a_longer_one_leaves_its_name(Member member) {
        String prefix = member == Member.DATA ? "" : "data:image\\/png;base64,";
        String shortest = "A".repeat(LONG - prefix.length());
        Result result = new Result();
        assertThat(scan(member, LONG, event(member, shortest.substring(1)), result))
                .isNull();
        assertThat(result.files).isEmpty();
        assertThat(result.text.toString(StandardCharsets.UTF_8)).isEqualTo(event(member, shortest.substring(1)));
        result = new Result();
        assertThat(scan(member, LONG, event(member, shortest), result)).isNull();
        assertThat(result.text.toString(StandardCharsets.UTF_8)).isEqualTo(event(member, "name-of-0"));
    }

    @ParameterizedTest
    @CsvSource({"*", "A=A", "===", "\\n", "\\u00ff", "\\u00", "\\x", "é", "' '"})
    void a_long_value_that_is_no_base64_is_a_fault(String odd) {
        String value = "A".repeat(3 * LONG) + odd;
        assertThat(scan(Member.DATA, 10L * LONG, event(Member.DATA, value), new Result()))
                .isEqualTo(Fault.NOT_BASE64);
    }

    @Test
    void a_character_is_base64_or_not_wherever_it_stands() {
        for (char c = 0; c < 256; c++) {
            boolean isIn = c == '-' || c == '_' || c < 128 && BASE64.indexOf(c) >= 0;
            boolean isJson = c != '"' && c != '\\';
            for (int place : isJson ? new int[] {c % 8, (c + 3) % 8} : new int[0]) {
                String value = "A".repeat(LONG + 8 + place) + c + "A".repeat(15 - place);
                Fault fault = scan(Member.DATA, 10L * LONG, event(Member.DATA, value), new Result());
                assertThat(fault).as("%d at %d", (int) c, place).isEqualTo(isIn ? null : Fault.NOT_BASE64);
            }
        }
    }

    @Test
    void a_file_may_have_so_many_bytes_and_an_answer_twice_as_many() {
        String most = "A".repeat(4 * LONG);
        long bytes = 3L * LONG;
        assertThat(scan(Member.DATA, bytes, event(Member.DATA, most), new Result()))
                .isNull();
        assertThat(scan(Member.DATA, bytes, event(Member.DATA, most + "AA=="), new Result()))
                .isEqualTo(Fault.TOO_LARGE);
        assertThat(scan(Member.DATA, bytes, event(Member.DATA, most).repeat(2), new Result()))
                .isNull();
        assertThat(scan(
                        Member.DATA,
                        bytes,
                        event(Member.DATA, most).repeat(2) + event(Member.DATA, "AAAA"),
                        new Result()))
                .isEqualTo(Fault.TOO_LARGE);
        assertThat(scan(Member.DATA, bytes, event(Member.DATA, "AA").repeat(MadeScanner.PARTS_MAX), new Result()))
                .isNull();
        assertThat(scan(Member.DATA, bytes, event(Member.DATA, "AA").repeat(MadeScanner.PARTS_MAX + 1), new Result()))
                .isEqualTo(Fault.TOO_LARGE);
    }

    @Test
    void a_value_without_end_is_too_large_before_it_is_anywhere() {
        Result result = new Result();
        MadeScanner scanner = new MadeScanner(Member.DATA, LONG, result);
        byte[] head = event(Member.DATA, "").split("\"\"")[0].getBytes(StandardCharsets.UTF_8);
        scanner.read(head, head.length);
        byte[] more = ("\"" + "A".repeat(LONG)).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3 && scanner.fault() == null; i++) {
            scanner.read(more, more.length);
            more[0] = 'A';
        }
        assertThat(scanner.fault()).isEqualTo(Fault.TOO_LARGE);
    }
}
