package dev.tollgate.upstreams.media;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class FirstFrameTest {

    @TempDir
    Path folder;

    private static byte[] converted(byte[] gif) throws Exception {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        FirstFrame.asPng(new ByteArrayInputStream(gif), png, pixels -> {}, () -> false);
        return png.toByteArray();
    }

    private static void refused(byte[] gif, String why) {
        assertThatThrownBy(() -> converted(gif))
                .isInstanceOf(MediaRefused.class)
                .hasMessageContaining(why);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void a_gif_becomes_a_png_of_its_first_frame() throws Exception {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(converted(gif(3, 2))));
        assertThat(image.getWidth()).isEqualTo(3);
        assertThat(image.getHeight()).isEqualTo(2);
        assertThat(image.getRGB(1, 1) & 0xffffff).isEqualTo(0xff0000);
    }

    @Test
    void a_broken_or_huge_gif_is_refused() throws Exception {
        refused(latin1("GIF89a"), "cannot be read");
        refused(latin1("GIF89a" + "\u0001\u0000\u0001\u0000\u0000\u0000\u0000garbage"), "cannot be read");
        refused(sized(gif(3, 2), 0xffff, 0xffff), "pixels");
    }

    @Test
    void its_pixels_are_counted_before_any_is_decoded() throws Exception {
        byte[] gif = gif(30, 20);
        byte[] head = java.util.Arrays.copyOf(gif, gif.length - 10);
        assertThatThrownBy(() -> FirstFrame.asPng(
                        new ByteArrayInputStream(head),
                        new ByteArrayOutputStream(),
                        pixels -> {
                            throw new MediaRefused("has " + pixels);
                        },
                        () -> false))
                .hasMessage("has 600");
    }

    @Test
    void cancelled_work_ends_after_the_current_row() throws Exception {
        byte[] gif = gif(64, 1_000);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        AtomicInteger rows = new AtomicInteger();
        FirstFrame.asPng(new ByteArrayInputStream(gif), whole, pixels -> {}, () -> rows.incrementAndGet() < 0);
        assertThat(rows.get()).isGreaterThan(1_000); // of the reader and of the writer
        for (int last : new int[] {10, rows.get() / 2, rows.get() - 10}) {
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            AtomicInteger asked = new AtomicInteger();
            FirstFrame.asPng(new ByteArrayInputStream(gif), png, pixels -> {}, () -> asked.incrementAndGet() >= last);
            assertThat(asked.get()).isBetween(last, last + 3);
            assertThat(png.size()).isLessThan(whole.size());
        }
    }

    @Test
    void who_leaves_while_waiting_ends_at_once_and_nothing_of_it_is_kept() throws Exception {
        MediaSpool spool = MediaSpool.open(folder, 100 << 20);
        byte[] gif = gif(3, 2);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        try (FirstFrames frames = new FirstFrames(spool)) {
            CompletableFuture<Medium> first = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    first.complete(asPng(frames, () -> {
                        begun.countDown();
                        awaitQuietly(held);
                        return new ByteArrayInputStream(gif);
                    }));
                } catch (Exception e) {
                    first.completeExceptionally(e);
                }
            });
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            AtomicReference<Throwable> end = new AtomicReference<>();
            Thread leaving = Thread.ofVirtual().start(() -> {
                try {
                    asPng(frames, () -> new ByteArrayInputStream(gif));
                } catch (Exception e) {
                    end.set(e);
                }
            });
            leaving.interrupt();
            assertThat(leaving.join(Duration.ofSeconds(10))).isTrue(); // although the first holds the account's turn
            assertThat(end.get()).isInstanceOf(InterruptedException.class);
            held.countDown();
            Medium png = first.get(60, TimeUnit.SECONDS);
            assertThat(png.mimeType()).isEqualTo("image/png");
            png.release();
            assertThat(spool.fileBytes() + spool.memoryBytes()).isZero();
        }
    }

    private static Medium asPng(FirstFrames frames, FirstFrames.Source gif) throws Exception {
        return frames.asPng("acc", gif, FirstFrames.pixelsOfCall(), new Deadline(Duration.ofMinutes(1)));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void an_account_has_64_mebipixels_a_minute_and_others_have_their_own() throws Exception {
        MediaSpool spool = MediaSpool.open(folder, 100 << 20);
        byte[] gif = sized(gif(3, 2), 4_096, 4_096);
        byte[] head = java.util.Arrays.copyOf(gif, gif.length - 3);
        try (FirstFrames frames = new FirstFrames(spool)) {
            for (int i = 0; i < 4; i++) {
                assertThatThrownBy(() -> taken(frames, "acc", head)).hasMessageContaining("cannot be read");
            }
            assertThatThrownBy(() -> taken(frames, "acc", head))
                    .isInstanceOfSatisfying(TooMuch.class, tooMuch -> assertThat(tooMuch.comeBack())
                            .isBetween(Duration.ZERO, Duration.ofSeconds(16)));
            assertThatThrownBy(() -> taken(frames, "other", head)).hasMessageContaining("cannot be read");
        }
        assertThat(spool.memoryBytes()).isZero();
    }

    /** A frame that breaks off: its pixels count all the same. */
    private static void taken(FirstFrames frames, String account, byte[] gif) throws Exception {
        frames.asPng(
                account,
                () -> new ByteArrayInputStream(gif),
                FirstFrames.pixelsOfCall(),
                new Deadline(Duration.ofMinutes(1)));
    }

    /** A copy of the bytes with this size in its header: the frame breaks off. */
    private static byte[] sized(byte[] gif, int width, int height) {
        int descriptor = indexOf(gif, (byte) 0x2c);
        for (int at : new int[] {6, descriptor + 5}) {
            gif[at] = (byte) width;
            gif[at + 1] = (byte) (width >> 8);
            gif[at + 2] = (byte) height;
            gif[at + 3] = (byte) (height >> 8);
        }
        return gif;
    }

    private static int indexOf(byte[] bytes, byte wanted) {
        for (int i = bytes.length - 20; i > 0; i--) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        throw new AssertionError("not there");
    }

    private static byte[] gif(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                image.setRGB(x, y, 0xff0000);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "gif", out);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
