package dev.tollgate.media;

import java.awt.image.BufferedImage;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A GIF's first frame as PNG: OpenAI takes GIF, Gemini does not (D45). Blocks. */
public final class FirstFrame {

    /** Four bytes a pixel: 64 MiB decoded. */
    private static final long PIXELS_MAX = 16L * 1024 * 1024;

    /** How far the first frame may reach into the file: what is read of it is kept. */
    private static final int BYTES_MAX = 32 << 20;

    /** Frames are large; more at once would not be faster. */
    private static final Semaphore AT_ONCE = new Semaphore(2);

    private FirstFrame() {}

    /** Reads a GIF and writes a PNG. */
    public static void asPng(InputStream gif, OutputStream png) throws MediaRefused {
        AT_ONCE.acquireUninterruptibly();
        try {
            ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
            try (ImageInputStream in = new MemoryCacheImageInputStream(new Beginning(gif))) {
                reader.setInput(in, true, true);
                if ((long) reader.getWidth(0) * reader.getHeight(0) > PIXELS_MAX) {
                    throw new MediaRefused("is a GIF of more than %d pixels.".formatted(PIXELS_MAX));
                }
                write(reader.read(0), png);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException unreadable) {
            // The JDK's reader meets broken files with whatever exception comes up.
            throw new MediaRefused("is a GIF that cannot be read.");
        } finally {
            AT_ONCE.release();
        }
    }

    private static void write(BufferedImage frame, OutputStream png) throws IOException {
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(png)) {
            ImageIO.write(frame, "png", out);
        }
    }

    /** Ends with an error where the frame has not ended. */
    private static final class Beginning extends FilterInputStream {

        private int left = BYTES_MAX;

        Beginning(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            return count(super.read(), 1);
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            int read = super.read(target, offset, count);
            return count(read, read);
        }

        private int count(int result, int bytes) throws IOException {
            left -= Math.max(0, bytes);
            if (left < 0) {
                throw new IOException("the first frame does not end");
            }
            return result;
        }
    }
}
