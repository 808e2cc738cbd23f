package dev.tollgate.gemini;

import dev.tollgate.error.ApiException;
import dev.tollgate.openai.ContentPart;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** A GIF's first frame as PNG: OpenAI takes GIF, Gemini does not (D45). */
final class FirstFrame {

    /** Four bytes a pixel: 64 MiB decoded. */
    private static final long PIXELS_MAX = 16L * 1024 * 1024;

    private FirstFrame() {}

    static String asPng(ContentPart.Media part, String base64) {
        byte[] gif = Base64.getDecoder().decode(base64);
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(gif))) {
            reader.setInput(in, true, true);
            if ((long) reader.getWidth(0) * reader.getHeight(0) > PIXELS_MAX) {
                throw InlineMedia.refuse(part, "is a GIF of more than %d pixels.".formatted(PIXELS_MAX));
            }
            return png(reader.read(0));
        } catch (ApiException refused) {
            throw refused;
        } catch (IOException | RuntimeException unreadable) {
            // The JDK's reader meets broken files with whatever exception comes up.
            throw InlineMedia.refuse(part, "is a GIF that cannot be read.");
        } finally {
            reader.dispose();
        }
    }

    private static String png(BufferedImage frame) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(frame, "png", out);
        return Base64.getEncoder().encodeToString(out.toByteArray());
    }
}
