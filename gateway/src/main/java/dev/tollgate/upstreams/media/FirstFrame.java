package dev.tollgate.upstreams.media;

import java.awt.image.BufferedImage;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.BooleanSupplier;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;
import javax.imageio.event.IIOReadProgressListener;
import javax.imageio.event.IIOWriteProgressListener;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A GIF's first frame as PNG: OpenAI takes GIF, Gemini does not (D45). Keeps a core busy. */
final class FirstFrame {

    /** A byte a pixel: 16 MiB decoded. */
    private static final long PIXELS_MAX = 16L * 1024 * 1024;

    /** The most bytes of the file before the end of the first frame: the read part is kept. */
    private static final int BYTES_MAX = 32 << 20;

    private FirstFrame() {}

    /** Says, before anything is decoded, whether so many pixels may be. */
    @FunctionalInterface
    interface Pixels {
        void take(long pixels) throws MediaRefused, TooMuch;
    }

    /**
     * Reads a GIF and writes a PNG.
     *
     * @param unwanted asked after each row; then it ends with an unfinished PNG
     */
    static void asPng(InputStream gif, OutputStream png, Pixels pixels, BooleanSupplier unwanted)
            throws MediaRefused, TooMuch {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = new MemoryCacheImageInputStream(new Beginning(gif))) {
            reader.setInput(in, true, true);
            long count = (long) reader.getWidth(0) * reader.getHeight(0);
            if (count > PIXELS_MAX) {
                throw new MediaRefused("is a GIF of more than %d pixels.".formatted(PIXELS_MAX));
            }
            pixels.take(count);
            reader.addIIOReadProgressListener(new StopReading(unwanted));
            BufferedImage frame = reader.read(0);
            if (!unwanted.getAsBoolean()) {
                write(frame, png, unwanted);
            }
        } catch (IOException | RuntimeException unreadable) {
            // The JDK's reader meets broken files with whatever exception comes up.
            throw new MediaRefused("is a GIF that cannot be read.");
        } finally {
            reader.dispose();
        }
    }

    private static void write(BufferedImage frame, OutputStream png, BooleanSupplier unwanted) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(png)) {
            writer.setOutput(out);
            writer.addIIOWriteProgressListener(new StopWriting(unwanted));
            writer.write(null, new IIOImage(frame, null, null), null);
        } finally {
            writer.dispose();
        }
    }

    private record StopReading(BooleanSupplier unwanted) implements IIOReadProgressListener {

        @Override
        public void imageProgress(ImageReader source, float percentageDone) {
            if (unwanted.getAsBoolean()) {
                source.abort();
            }
        }

        @Override
        public void sequenceStarted(ImageReader source, int minIndex) {}

        @Override
        public void sequenceComplete(ImageReader source) {}

        @Override
        public void imageStarted(ImageReader source, int imageIndex) {}

        @Override
        public void imageComplete(ImageReader source) {}

        @Override
        public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

        @Override
        public void thumbnailProgress(ImageReader source, float percentageDone) {}

        @Override
        public void thumbnailComplete(ImageReader source) {}

        @Override
        public void readAborted(ImageReader source) {}
    }

    private record StopWriting(BooleanSupplier unwanted) implements IIOWriteProgressListener {

        @Override
        public void imageProgress(ImageWriter source, float percentageDone) {
            if (unwanted.getAsBoolean()) {
                source.abort();
            }
        }

        @Override
        public void imageStarted(ImageWriter source, int imageIndex) {}

        @Override
        public void imageComplete(ImageWriter source) {}

        @Override
        public void thumbnailStarted(ImageWriter source, int imageIndex, int thumbnailIndex) {}

        @Override
        public void thumbnailProgress(ImageWriter source, float percentageDone) {}

        @Override
        public void thumbnailComplete(ImageWriter source) {}

        @Override
        public void writeAborted(ImageWriter source) {}
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
