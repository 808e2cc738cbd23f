package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.upstreams.media.Recordings;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class InlineMediaTest {

    private static final String PDF = base64("%PDF-1.7\n");
    private static final String JPEG = base64("\u00ff\u00d8\u00ff\u00e0........");
    private static final String MP4 = base64("....ftypisom....");

    private static String base64(String latin1) {
        return Base64.getEncoder().encodeToString(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static InlineMedia of(String said, String base64) {
        ContentPart.Media part = Asks.media(said, base64);
        return InlineMedia.of(part, base64);
    }

    private static void refused(String said, String base64, String why) {
        assertThatThrownBy(() -> of(said, base64))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refusal -> assertThat(refusal.error().param()).isEqualTo("messages.0.content.0.image_url"))
                .hasMessageContaining("'messages.0.content.0.image_url'")
                .hasMessageContaining(why);
    }

    @Test
    void bytes_tell_the_type_where_nothing_was_said() {
        assertThat(of(null, PDF)).isEqualTo(new InlineMedia("application/pdf", PDF));
        assertThat(of("application/octet-stream", JPEG).mimeType()).isEqualTo("image/jpeg");
    }

    @Test
    void a_pdf_may_begin_within_its_first_1024_bytes() {
        for (String before :
                new String[] {"\r\n", "\u00ef\u00bb\u00bf", "Content-Type: application/pdf\r\n\r\n", " ".repeat(1_000)
                }) {
            String pdf = base64(before + "%PDF-1.7\n");
            assertThat(of("application/pdf", pdf).mimeType()).isEqualTo("application/pdf");
            assertThat(of(null, pdf).mimeType()).isEqualTo("application/pdf");
            assertThat(of("text/plain", pdf).mimeType()).isEqualTo("text/plain");
        }
        refused("application/pdf", base64(" ".repeat(1_020) + "%PDF-1.7\n"), "application/pdf");
    }

    @Test
    void a_wrong_label_of_the_same_kind_is_put_right() {
        assertThat(of("image/png", JPEG).mimeType()).isEqualTo("image/jpeg");
        assertThat(of("image/jpg", JPEG).mimeType()).isEqualTo("image/jpeg");
        assertThat(of("video/quicktime", MP4).mimeType()).isEqualTo("video/mp4");
        assertThat(of("audio/x-wav", base64("RIFF....WAVEfmt ")).mimeType()).isEqualTo("audio/wav");
    }

    @Test
    void an_mp4_with_only_sound_is_recognised_by_its_label() {
        assertThat(of("audio/mp4", MP4).mimeType()).isEqualTo("audio/m4a");
    }

    @Test
    void a_recording_without_pictures_is_audio() {
        String voice = Base64.getEncoder().encodeToString(Recordings.webm(2));
        String sound = Base64.getEncoder().encodeToString(Recordings.mp4WithTracksLast("soun"));
        String film = Base64.getEncoder().encodeToString(Recordings.mp4WithTracksLast("soun", "vide"));
        assertThat(of("video/webm", voice).mimeType()).isEqualTo("audio/webm");
        assertThat(of("video/mp4", sound).mimeType()).isEqualTo("audio/m4a");
        assertThat(of("audio/mp4", film).mimeType()).isEqualTo("video/mp4");
    }

    @Test
    void a_box_of_any_length_leaves_the_label_to_decide() {
        for (String length : new String[] {"p\0\0\0\0\0\0\0", "\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00eb"}) {
            String recording = base64("\0\0\0\u0010ftypisom\0\0\0\1\0\0\0\1free" + length + "....");
            assertThat(of("audio/mp4", recording).mimeType()).isEqualTo("audio/m4a");
            assertThat(of("video/mp4", recording).mimeType()).isEqualTo("video/mp4");
        }
    }

    @Test
    void a_label_of_another_kind_is_refused_with_what_was_found() {
        refused("image/png", PDF, "application/pdf");
        refused("application/pdf", JPEG, "image/jpeg");
        refused("audio/wav", JPEG, "image/jpeg");
        refused("application/zip", JPEG, "application/zip");
    }

    @Test
    void bytes_of_no_known_type_are_refused() {
        refused("image/png", base64("not an image"), "image/png");
        refused("image/bmp", base64("BM.........."), "image/bmp");
        refused(null, base64("who knows"), "unknown type");
        refused(null, "", "no bytes");
        refused("text/plain", "", "no bytes");
    }

    @Test
    void text_is_a_document_whatever_it_says() {
        assertThat(of("text/plain", base64("hello")).mimeType()).isEqualTo("text/plain");
        assertThat(of("text/markdown", base64("# hi")).mimeType()).isEqualTo("text/markdown");
        assertThat(of("application/json", base64("{}")).mimeType()).isEqualTo("text/plain");
        assertThat(of("text/csv", base64("%PDF-1.7")).mimeType()).isEqualTo("text/csv");
    }

    @Test
    void a_gif_stays_one_until_its_first_frame_is_made() {
        InlineMedia gif = of("image/gif", base64("GIF89a"));
        assertThat(gif.isGif()).isTrue();
        assertThat(of("image/gif", JPEG).isGif()).isFalse();
    }
}
