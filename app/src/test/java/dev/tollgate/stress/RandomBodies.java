package dev.tollgate.stress;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random bodies of one door, whole and damaged. The same number gives the same body on every machine. Immutable. */
final class RandomBodies {

    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final int TAPE_BYTES = 600;
    private static final int VALUES = 900_000;

    private static final String STRUCTURE = "{}[]\",:\\0 -.e";

    private static final List<byte[]> ODD_BYTES = List.of(
            bytes(0xC0, 0xAF),
            bytes(0xE0, 0x80, 0xAF),
            bytes(0xF0, 0x80, 0x80, 0xAF),
            bytes(0xED, 0xA0, 0x80),
            bytes(0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80),
            bytes(0xF4, 0x90, 0x80, 0x80),
            bytes(0xF8, 0x88, 0x80, 0x80, 0x80),
            bytes(0xFF),
            bytes(0x80),
            bytes(0xC3),
            bytes(0xE4, 0xBD),
            bytes(0xF0, 0x9F, 0x98),
            bytes(0),
            bytes(0x1F),
            bytes(0xEF, 0xBB, 0xBF));

    private final String door;
    private final @Nullable BodyGrammar grammar;

    /** @param door one of {@link CallPath#DOORS}, or such a door behind {@link AnswerPath#DOORS} */
    RandomBodies(String door) {
        this.door = door;
        this.grammar =
                door.startsWith(AnswerPath.DOORS) ? null : new BodyGrammar(door.equals("count") ? "generate" : door);
    }

    private static byte[] bytes(int... bytes) {
        byte[] all = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            all[i] = (byte) bytes[i];
        }
        return all;
    }

    /** @param hugeOnes whether one body in 50,000 has about a million values, which takes a second */
    byte[] body(long number, boolean hugeOnes) {
        Random random = new Random(number * MIX);
        if (grammar == null) {
            byte[] tape = new byte[random.nextInt(TAPE_BYTES)];
            random.nextBytes(tape);
            return tape;
        }
        if (random.nextInt(50_000) == 0 && hugeOnes) {
            return huge(random).getBytes(StandardCharsets.UTF_8);
        }
        String json = grammar.write(door.equals("count") ? "counted" : "body", random);
        if (random.nextInt(500) == 0) {
            return json.getBytes(random.nextBoolean() ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE);
        }
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(200) == 0) {
            body = replaced(body, 0, 0, ODD_BYTES.getLast());
        }
        if (random.nextInt(6) == 0) {
            for (int left = 1 + random.nextInt(3); left > 0; left--) {
                body = damaged(body, random);
            }
        }
        return body;
    }

    /** Near a limit on the number of something, or beyond it. */
    private String huge(Random random) {
        int values = VALUES + random.nextInt(200_000);
        String strings = "[" + "\"a\",".repeat(values) + "\"\"]";
        String names = "{" + "\"a%d\":0,".repeat(9).formatted(1, 2, 3, 4, 5, 6, 7, 8, 9) + "\"a\":" + strings + "}";
        if (door.equals("messages") || door.equals("responses")) {
            return huge(values, strings, names, random);
        }
        if (!door.equals("chat")) {
            String part = random.nextBoolean()
                    ? "{\"functionCall\":{\"name\":\"f\",\"args\":" + names + "}}"
                    : "{\"text\":\"a\"},".repeat(19_990 + random.nextInt(20)) + "{\"text\":\"b\"}";
            return "{\"contents\":[{\"role\":\"user\",\"parts\":[" + part + "]}]}";
        }
        String user = "{\"role\":\"user\",\"content\":\"a\"}";
        return switch (random.nextInt(6)) {
            case 0 -> "{\"model\":\"m\",\"messages\":[" + user + "],\"unknown\":" + strings + "}";
            case 1 -> "{\"model\":\"m\",\"messages\":[" + user + "],\"metadata\":" + names + "}";
            case 2 ->
                "{\"model\":\"m\",\"messages\":[" + user
                        + "],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"," + "\"parameters\":"
                        + names + "}}]}";
            case 3 ->
                "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\","
                        + "\"arguments\":\"" + names.replace("\"", "\\\"") + "\"}}]},{\"role\":\"tool\","
                        + "\"tool_call_id\":\"c\",\"content\":\"" + names.replace("\"", "\\\"") + "\"}]}";
            case 4 -> "{\"model\":\"m\",\"messages\":[" + (user + ",").repeat(9_990 + random.nextInt(20)) + user + "]}";
            default ->
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                        + "{\"type\":\"text\",\"text\":\"a\"},".repeat(19_990 + random.nextInt(20))
                        + "{\"type\":\"text\",\"text\":\"b\"}]}]}";
        };
    }

    private String huge(int values, String strings, String names, Random random) {
        boolean isMessages = door.equals("messages");
        String begin = isMessages ? "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[" : "{\"model\":\"m\",\"input\":[";
        String user = "{\"role\":\"user\",\"content\":\"a\"}";
        String part = isMessages ? "{\"type\":\"text\",\"text\":\"a\"}" : "{\"type\":\"input_text\",\"text\":\"a\"}";
        String schema = isMessages ? "input_schema" : "parameters";
        return switch (random.nextInt(5)) {
            case 0 -> begin + user + "],\"unknown\":" + strings + "}";
            case 1 -> begin + user + "],\"metadata\":" + names + "}";
            case 2 ->
                begin + user + "],\"tools\":[{\"type\":\"" + (isMessages ? "custom" : "function")
                        + "\",\"name\":\"f\",\"" + schema + "\":" + names + "}]}";
            case 3 -> begin + (user + ",").repeat(9_990 + values % 20) + user + "]}";
            default ->
                begin + "{\"role\":\"user\",\"content\":[" + (part + ",").repeat(19_990 + values % 20) + part + "]}]}";
        };
    }

    private static byte[] damaged(byte[] body, Random random) {
        int at = random.nextInt(body.length + 1);
        byte[] structure = bytes(STRUCTURE.charAt(random.nextInt(STRUCTURE.length())));
        return switch (random.nextInt(9)) {
            case 0 -> replaced(body, at, 1, bytes(random.nextInt(256)));
            case 1 -> replaced(body, at, 1, structure);
            case 2 -> replaced(body, at, 0, structure);
            case 3 -> replaced(body, at, 1 + random.nextInt(16), bytes());
            case 4 -> Arrays.copyOf(body, at);
            case 5 -> replaced(body, at, 0, ODD_BYTES.get(random.nextInt(ODD_BYTES.size())));
            case 6 -> replaced(body, at, 0, piece(body, random));
            case 7 -> replaced(body, at, random.nextInt(40), piece(body, random));
            default -> replaced(body, body.length, 0, bytes(" x{}0".charAt(random.nextInt(5))));
        };
    }

    private static byte[] piece(byte[] of, Random random) {
        int at = random.nextInt(of.length + 1);
        return Arrays.copyOfRange(of, at, Math.min(of.length, at + random.nextInt(60)));
    }

    static byte[] replaced(byte[] body, int at, int length, byte[] by) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + by.length);
        out.write(body, 0, at);
        out.writeBytes(by);
        int rest = Math.min(body.length, at + length);
        out.write(body, rest, body.length - rest);
        return out.toByteArray();
    }
}
