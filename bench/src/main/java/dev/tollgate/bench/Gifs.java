package dev.tollgate.bench;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;

/**
 * Calls with GIFs of 4096 by 4096 pixels, bodies of some 1.5 MB, for half a minute: four at a time of each of ten accounts with credits, two
 * of each of ten without. The victim has tiny GIFs converted.
 */
final class Gifs implements Siege.Scenario {

    private static final int SECONDS = 30;
    private static final int RICH_AT_ONCE = 4;
    private static final int POOR_AT_ONCE = 2;
    private static final int PAUSE_MILLIS = 250;
    static final int LARGE_SIDE = 4096;

    /** One row of so many is noise, which LZW does not make smaller; the others are black. */
    private static final int NOISY_ROW = 22;

    /** A turn of up to two seconds of each account that wants to have one converted, and its own. */
    private static final int TINY_WITHIN_MILLIS = 22_000;

    private static final byte[] TINY = body(gif(3));

    @Override
    public String name() {
        return "gifs";
    }

    @Override
    public Set<String> allowed() {
        return Set.of("200", "402", "429", "503");
    }

    @Override
    public Errands.Errand errand() {
        return new Errands.Errand(
                "tiny GIFs",
                PAUSE_MILLIS,
                TINY_WITHIN_MILLIS,
                gateway -> gateway.post("/v1/chat/completions", Main.KEY, "", TINY));
    }

    @Override
    public void attack(Besieged gateway, Siege.Tally answers) throws InterruptedException {
        byte[] large = body(gif(LARGE_SIDE));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<Thread> attackers = new ArrayList<>();
        gateway.rich().forEach(key -> attackers.addAll(start(RICH_AT_ONCE, gateway, key, large, end, answers)));
        gateway.poor().forEach(key -> attackers.addAll(start(POOR_AT_ONCE, gateway, key, large, end, answers)));
        for (Thread attacker : attackers) {
            attacker.join();
        }
    }

    private static List<Thread> start(
            int count, Besieged gateway, String key, byte[] body, long end, Siege.Tally answers) {
        List<Thread> started = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            started.add(Thread.ofVirtual().start(() -> {
                while (System.nanoTime() < end) {
                    answers.add(gateway.post("/v1/chat/completions", key, "", body));
                    pause();
                }
            }));
        }
        return started;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static byte[] body(byte[] gif) {
        return ("{\"model\":\"" + Kind.CALL.model()
                        + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
                        + "\"What is this?\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/gif;base64,"
                        + Base64.getEncoder().encodeToString(gif) + "\"}}]}]}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] gif(int side) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_INDEXED);
        Random random = new Random(1);
        byte[] row = new byte[side];
        for (int y = 0; y < side; y += NOISY_ROW) {
            random.nextBytes(row);
            image.getRaster().setDataElements(0, y, side, 1, row);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "gif", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
