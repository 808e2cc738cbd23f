package dev.tollgate.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * 200 bodies of 7 MB at once, of ten accounts with credits and ten without: a history whose call has 900,000 short texts for arguments; alternately
 * through either door, and every third compressed.
 */
final class LargeBodies implements Siege.Scenario {

    private static final int BODIES = 200;
    private static final int VALUES = 900_000;

    @Override
    public String name() {
        return "large bodies";
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        String values = "{\"a\":[" + "\"word\",".repeat(VALUES - 1) + "\"word\"]}";
        byte[] generate =
                ("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]},{\"role\":\"model\",\"parts\":"
                                + "[{\"functionCall\":{\"name\":\"f\",\"args\":" + values
                                + "}}]},{\"role\":\"user\",\"parts\":"
                                + "[{\"functionResponse\":{\"name\":\"f\",\"response\":{\"a\":1}}}]}]}")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] chat = ("{\"model\":\"" + Kind.CALL.model()
                        + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\","
                        + "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\""
                        + values.replace("\"", "\\\"")
                        + "\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"1\"}]}")
                .getBytes(StandardCharsets.US_ASCII);
        byte[][] plain = {generate, chat};
        byte[][] packed = {packed(generate), packed(chat)};
        String[] paths = {"/v1beta/models/" + Kind.CALL.model() + ":generateContent", "/v1/chat/completions"};
        List<String> keys = new ArrayList<>(gateway.rich());
        keys.addAll(gateway.poor());
        List<Thread> attackers = new ArrayList<>();
        for (int i = 0; i < BODIES; i++) {
            int door = i % 2;
            boolean compressed = i % 3 == 0;
            String key = keys.get(i % keys.size());
            attackers.add(Thread.ofVirtual()
                    .start(() -> answers.add(gateway.post(
                            paths[door],
                            key,
                            compressed ? "Content-Encoding: gzip\r\n" : "",
                            compressed ? packed[door] : plain[door]))));
        }
        for (Thread attacker : attackers) {
            attacker.join();
        }
    }

    private static byte[] packed(byte[] body) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
