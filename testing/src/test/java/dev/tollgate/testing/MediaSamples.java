package dev.tollgate.testing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;

/** Files of each kind of media, with the first bytes that their kind has, and requests that name them. */
public final class MediaSamples {

    /** By the type that they are sent on as. */
    public static final Map<String, byte[]> BY_TYPE = new LinkedHashMap<>();

    static {
        BY_TYPE.put("image/png", image("png"));
        BY_TYPE.put("image/jpeg", image("jpg"));
        BY_TYPE.put("image/webp", latin1("RIFF....WEBPVP8 ................"));
        BY_TYPE.put("image/heic", latin1("....ftypheic...................."));
        BY_TYPE.put("application/pdf", latin1("%PDF-1.7\n1 0 obj<<>>endobj\n"));
        BY_TYPE.put("video/mp4", latin1("....ftypisom...................."));
        BY_TYPE.put("video/webm", latin1("\u001aE\u00df\u00a3....B\u0082\u0084webm........"));
        BY_TYPE.put("video/quicktime", latin1("....ftypqt  ...................."));
        BY_TYPE.put("audio/mp3", latin1("ID3\u0003..........................."));
        BY_TYPE.put("audio/wav", latin1("RIFF....WAVEfmt ................"));
        BY_TYPE.put("audio/flac", latin1("fLaC............................"));
        BY_TYPE.put("audio/ogg", latin1("OggS............................"));
        BY_TYPE.put("text/plain", latin1("Just a few words.\n"));
    }

    private MediaSamples() {}

    public static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public static byte[] image(String format) {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, format, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A video of any size; the same for the same number. */
    public static byte[] video(int bytes, int number) {
        byte[] video = new byte[bytes];
        Arrays.fill(video, (byte) number);
        System.arraycopy(latin1("....ftypisom"), 0, video, 0, 12);
        return video;
    }

    public static String dataUrl(String mimeType, byte[] bytes) {
        return "data:" + mimeType + ";base64," + Base64.getEncoder().encodeToString(bytes);
    }

    /** A call with these in {@code image_url}. */
    public static String call(String... urls) {
        StringBuilder parts = new StringBuilder("{\"type\":\"text\",\"text\":\"What is it?\"}");
        for (String url : urls) {
            parts.append(",{\"type\":\"image_url\",\"image_url\":{\"url\":\"")
                    .append(url)
                    .append("\"}}");
        }
        return "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":[" + parts
                + "]}]}";
    }
}
