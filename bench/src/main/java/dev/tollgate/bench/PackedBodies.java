package dev.tollgate.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;

/**
 * Bodies that keep a decoder busy and bring little, for half a minute: two connections of each of ten accounts with credits and of ten
 * without. The blocks of one are of zstd, within gzip, and decode three bytes with three tables each; the blocks of the other are gzip, and
 * decode sixteen.
 */
final class PackedBodies implements Siege.Scenario {

    private static final int SECONDS = 30;
    private static final int AT_ONCE = 2;
    private static final int BODY_BYTES = 12 << 20;

    private static final int PAUSE_MILLIS = 250;

    /** Twice a turn of half a second of each account that attacks, and its own: to be read, and to be translated. */
    private static final int OWN_WITHIN_MILLIS = 12_000;

    /** Four blocks of deflate with tables of their own, of sixteen letters each: they end at the end of a byte. */
    private static final String SHORT_BLOCKS =
            "04c081080000000020b6fda50e00200170200200000000886d7fa9030048001c88000000000062db"
                    + "5fea0000120007220000000080d8f6973a0080";

    @Override
    public String name() {
        return "packed bodies";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("400", "402", "415", "503");
    }

    @Override
    public Errands.Errand errand() {
        byte[] body = ("{\"model\":\"" + Kind.CALL.model()
                        + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"" + "toll ".repeat(40_000)
                        + "\"}]}")
                .getBytes(StandardCharsets.US_ASCII);
        return new Errands.Errand(
                "large bodies",
                PAUSE_MILLIS,
                OWN_WITHIN_MILLIS,
                gateway -> gateway.post("/v1/chat/completions", Main.KEY, "", body));
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        byte[] tiny = gzip(tinyBlocks());
        byte[] shorts = shortBlocks();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<String> keys = new ArrayList<>(gateway.rich());
        keys.addAll(gateway.poor());
        List<Thread> attackers = new ArrayList<>();
        for (int i = 0; i < keys.size() * AT_ONCE; i++) {
            String key = keys.get(i % keys.size());
            boolean isTiny = i < keys.size();
            attackers.add(Thread.ofVirtual().start(() -> {
                while (System.nanoTime() < end) {
                    answers.add(gateway.post(
                            "/v1/chat/completions",
                            key,
                            isTiny ? "Content-Encoding: zstd, gzip\r\n" : "Content-Encoding: gzip\r\n",
                            isTiny ? tiny : shorts));
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
                }
            }));
        }
        for (Thread attacker : attackers) {
            attacker.join();
        }
    }

    private static byte[] tinyBlocks() {
        return repeated("28b52ffd0050" + "000200" + "20".repeat(64), "6c0000" + "0001a8e4ffe37fe4ff00000004", "010000");
    }

    private static byte[] shortBlocks() {
        return repeated("1f8b0800000000000003", SHORT_BLOCKS, "030000000000000000");
    }

    private static byte[] repeated(String first, String again, String last) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(HexFormat.of().parseHex(first));
        byte[] piece = HexFormat.of().parseHex(again);
        while (body.size() < BODY_BYTES) {
            body.writeBytes(piece);
        }
        body.writeBytes(HexFormat.of().parseHex(last));
        return body.toByteArray();
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
