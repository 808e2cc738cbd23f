package dev.tollgate.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/**
 * Two connections of each of ten accounts with credits send, for half a minute, a model's text that is full of beginnings of Markdown images, or of addresses
 * of an image that is gone: 30 MB each, some KB when packed. They ask for an estimate or a call of a model that makes images.
 */
final class Marks implements Siege.Scenario {

    private static final int SECONDS = 30;
    private static final int AT_ONCE = 2;
    private static final int TEXT_BYTES = 30 << 20;
    private static final int PAUSE_MILLIS = 250;

    /** Twice a turn of half a second of each account that attacks, and its own: to be read, and to be translated. */
    private static final int OWN_WITHIN_MILLIS = 12_000;

    private static final String ADDRESS = "![a](http://a.example/v1/images/files/" + "0".repeat(32) + ".png) ";

    @Override
    public String name() {
        return "marks in texts";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("200", "400", "402", "413", "429", "503");
    }

    @Override
    public Errands.Errand errand() {
        byte[] body = body(Kind.CALL.model(), "toll ".repeat(40_000));
        return new Errands.Errand(
                "large bodies",
                PAUSE_MILLIS,
                OWN_WITHIN_MILLIS,
                gateway -> gateway.post("/v1/chat/completions", Main.KEY, "", body));
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        byte[] marks = gzip(body(Kind.IMAGE.model(), "![".repeat(TEXT_BYTES / 2)));
        byte[] addresses = gzip(body(Kind.IMAGE.model(), ADDRESS.repeat(TEXT_BYTES / ADDRESS.length())));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<String> keys = gateway.rich();
        List<Thread> attackers = new ArrayList<>();
        for (int i = 0; i < keys.size() * AT_ONCE; i++) {
            String key = keys.get(i / AT_ONCE);
            String path = i % AT_ONCE == 0 ? "/v1/estimate" : "/v1/chat/completions";
            byte[] body = i / AT_ONCE % 2 == 0 ? marks : addresses;
            attackers.add(Thread.ofVirtual().start(() -> {
                while (System.nanoTime() < end) {
                    answers.add(gateway.post(path, key, "Content-Encoding: gzip\r\n", body));
                }
            }));
        }
        for (Thread attacker : attackers) {
            attacker.join();
        }
    }

    private static byte[] body(String model, String said) {
        return ("{\"model\":\"" + model + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
                        + "{\"role\":\"assistant\",\"content\":\"" + said
                        + "\"},{\"role\":\"user\",\"content\":\"b\"}]}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }
}
