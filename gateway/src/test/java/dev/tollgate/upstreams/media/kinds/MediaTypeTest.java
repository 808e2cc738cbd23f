package dev.tollgate.upstreams.media.kinds;

import static dev.tollgate.testing.Asserts.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaTypeTest {

    @ParameterizedTest
    @CsvSource({
        "\\x89PNG\\r\\n\\x1a\\n, PNG",
        "\\xff\\xd8\\xff\\xe0, JPEG",
        "GIF87a, GIF",
        "GIF89a, GIF",
        "RIFF....WEBPVP8, WEBP",
        "RIFF....WAVEfmt, WAV",
        "RIFF....AVI LIST, AVI",
        "....ftypheic...., HEIC",
        "....ftypmif1...., HEIF",
        "....ftypisom...., MP4",
        "....ftypmp42...., MP4",
        "....ftypqt  ...., QUICKTIME",
        "....moov, QUICKTIME",
        "....ftypM4A ...., M4A",
        "....ftyp3gp5...., THREE_GPP",
        "%PDF-1.7, PDF",
        "OggS, OGG",
        "fLaC, FLAC",
        "ID3\\x04, MP3",
        "\\xff\\xfb\\x90\\x00, MP3",
        "\\xff\\xf3\\x40\\xc4, MP3",
        "\\xff\\xf1\\x50\\x80, AAC",
        "\\xff\\xf9\\x50\\x80, AAC",
        "FORM....AIFF, AIFF",
        "FLV\\x01\\x05, FLV",
        "\\x30\\x26\\xb2\\x75\\x8e\\x66\\xcf\\x11\\xa6, WMV",
        "\\x1a\\x45\\xdf\\xa3....B\\x82\\x84webm, WEBM",
        "\\x00\\x00\\x01\\xba, MPEG",
        "\\x00\\x00\\x01\\xb3, MPEG",
    })
    void first_bytes_tell_the_type(String head, MediaType type) {
        assertThat(MediaType.sniff(bytes(head))).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "hello",
        "BM....",
        "PK\\x03\\x04",
        "<svg xmlns",
        "....ftypavif....",
        "\\x1a\\x45\\xdf\\xa3....matroska",
        "RIFF....ACON",
        "FORM....ILBM",
        "\\xff\\xff\\xff\\xff",
        "\\xff\\xfe\\x41\\x00",
        "\\x89PN",
    })
    void other_bytes_tell_nothing(String head) {
        assertThat(MediaType.sniff(bytes(head))).isNull();
    }

    @Test
    void any_beginning_is_short_enough_to_look_at() {
        byte[] png = bytes("\\x89PNG\\r\\n\\x1a\\n");
        for (int length = 0; length < png.length; length++) {
            assertThat(MediaType.sniff(Arrays.copyOf(png, length))).isNull();
        }
    }

    private static byte[] bytes(String escaped) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.startsWith("\\x", i)) {
                text.append((char) Integer.parseInt(escaped.substring(i + 2, i + 4), 16));
                i += 3;
            } else if (escaped.startsWith("\\r", i) || escaped.startsWith("\\n", i)) {
                text.append(escaped.charAt(++i) == 'r' ? '\r' : '\n');
            } else {
                text.append(escaped.charAt(i));
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
