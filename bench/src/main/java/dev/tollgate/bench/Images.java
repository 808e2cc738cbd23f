package dev.tollgate.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** 50 callers of one account ask for an image of 20 MB of base64 at once, four times, in events or as JSON. */
final class Images implements Siege.Scenario {

    private static final int CALLERS = 50;
    private static final int ROUNDS = 4;
    private static final int BASE64_BYTES = MockAnswer.IMAGE_BYTES / 3 * 4;

    private static byte[] body(boolean stream) {
        return ("{\"model\":\"" + Kind.IMAGE.model() + "\",\"stream\":" + stream
                        + ",\"modalities\":[\"image\",\"text\"],\"messages\":[{\"role\":\"user\",\"content\":\""
                        + "What is the toll? ".repeat(MockAnswer.PROMPT_TOKENS / 10) + "\"}]}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String name() {
        return "images";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("whole", "429", "503");
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] body = body(round % 2 == 0);
            List<Thread> attackers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                attackers.add(Thread.ofVirtual()
                        .start(() ->
                                answers.add(end(gateway, body, gateway.shared().getFirst()))));
            }
            for (Thread attacker : attackers) {
                attacker.join();
            }
        }
    }

    /** How an answer ends: by its length, and by what stands behind its image. */
    private static String end(Besieged gateway, byte[] body, String key) {
        try (Socket socket = gateway.connect()) {
            socket.getOutputStream().write(Besieged.head("/v1/chat/completions", key, "", body.length));
            socket.getOutputStream().write(body);
            InputStream in = socket.getInputStream();
            byte[] bytes = new byte[64 * 1024];
            String first = "";
            String last = "";
            long length = 0;
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                String piece = new String(bytes, 0, read, StandardCharsets.ISO_8859_1);
                first = first.isEmpty() ? piece : first;
                last = (last + piece).substring(Math.max(0, last.length() + read - 4_000));
                length += read;
            }
            String status = first.split(" ", 3)[1];
            boolean isWhole = length > BASE64_BYTES && last.contains("\"credits_consumed\"");
            return !status.equals("200") ? status : isWhole ? "whole" : "cut";
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }
}
