package dev.tollgate.sandbox;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Black pictures of any size. */
final class TestPictures {

    private TestPictures() {}

    static byte[] png(int width, int height) {
        return picture("png", width, height);
    }

    static byte[] jpeg(int width, int height) {
        return picture("jpg", width, height);
    }

    static byte[] gif(int width, int height) {
        return picture("gif", width, height);
    }

    private static byte[] picture(String format, int width, int height) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
