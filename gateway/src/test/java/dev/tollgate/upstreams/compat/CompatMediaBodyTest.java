package dev.tollgate.upstreams.compat;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.testing.ChatBodies;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.LoadedMedia;
import dev.tollgate.upstreams.media.Medium;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A body with downloaded media: each is where it was named, with the type that its bytes show. */
class CompatMediaBodyTest {

    private static final String URL = "https://example.com/a";
    private static final String OTHER = "https://example.com/b";
    private static final String BEGIN = "{\"model\":\"qwen\",\"messages\":[{\"role\":\"user\",\"content\":[";
    private static final String END = "]}],\"stream\":true,\"stream_options\":{\"include_usage\":true}";

    private static CompatBody body(String parts) {
        ChatAsk ask = new ChatAsk(
                ChatBodies.read(
                        "{\"model\":\"m\",\"top_k\":1,\"messages\":[{\"role\":\"user\",\"content\":[" + parts + "]}]}"),
                "m",
                "qwen",
                false,
                null,
                Replay.NONE);
        return CompatRequestWriter.write(ask, ask.replay(), new ServerDialect("max_tokens", false, true, false, false));
    }

    private static String picture(String url, String more) {
        return "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"" + more + "}}";
    }

    private static CallMedia media(String mimeType, String text) {
        return LoadedMedia.of(Map.of(URL, medium(mimeType, text)));
    }

    private static Medium medium(String mimeType, String text) {
        return Medium.of(mimeType, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sent(CompatBody body, Long maximum) {
        StringBuilder sent = new StringBuilder();
        OutgoingBody whole = body.body(maximum);
        for (OutgoingBody.Piece piece : whole.pieces()) {
            sent.append(
                    switch (piece) {
                        case OutgoingBody.Bytes bytes ->
                            new String(bytes.bytes(), bytes.from(), bytes.to() - bytes.from(), StandardCharsets.UTF_8);
                        case OutgoingBody.Ascii ascii -> ascii.text();
                        case OutgoingBody.Base64Of base64 -> Base64.getEncoder().encodeToString(bytes(base64.medium()));
                        case OutgoingBody.JsonText text ->
                            new String(bytes(text.medium()), StandardCharsets.UTF_8).replace("\n", "\\n");
                        case OutgoingBody.Raw raw -> throw new AssertionError(raw);
                    });
        }
        assertThat(whole.length()).isEqualTo(sent.length());
        return sent.toString();
    }

    private static byte[] bytes(Medium medium) {
        byte[] bytes = new byte[(int) medium.length()];
        try {
            medium.read(0, bytes, 0, bytes.length);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            image/png       | {"type":"image_url","image_url":{"url":"data:image/png;base64,YWJjZA=="}}
            image/gif       | {"type":"image_url","image_url":{"url":"data:image/gif;base64,YWJjZA=="}}
            audio/wav       | {"type":"input_audio","input_audio":{"data":"YWJjZA==","format":"wav"}}
            audio/mp3       | {"type":"input_audio","input_audio":{"data":"YWJjZA==","format":"mp3"}}
            application/pdf | {"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,YWJjZA=="}}
            text/plain      | {"type":"text","text":"abcd"}
            """)
    void what_was_downloaded_stands_in_the_part_of_its_type(String mimeType, String part) {
        CompatBody loaded = body(picture(URL, "")).loaded(media(mimeType, "abcd"));
        assertThat(sent(loaded, null)).isEqualTo(BEGIN + part + END + "}");
        assertThat(sent(loaded, 77L)).isEqualTo(BEGIN + part + END + ",\"max_tokens\":77}");
    }

    @Test
    void several_stand_in_their_places_between_the_other_parts() {
        String text = "{\"type\":\"text\",\"text\":\"and\"}";
        CompatBody body = body(picture(OTHER, ",\"detail\":\"low\"") + "," + text + "," + picture(URL, ""));
        assertThat(body.wanted()).extracting("url").containsExactly(OTHER, URL);
        CallMedia media = LoadedMedia.of(Map.of(URL, medium("text/csv", "a\nb"), OTHER, medium("image/webp", "abc")));
        assertThat(sent(body.loaded(media), null))
                .isEqualTo(BEGIN
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/webp;base64,YWJj\",\"detail\":\"low\"}},"
                        + text + ",{\"type\":\"text\",\"text\":\"a\\nb\"}" + END + "}");
    }

    @Test
    void media_fields_without_effect_are_listed_with_the_others() {
        CompatBody body = body(picture(URL, ",\"detail\":\"high\""));
        assertThat(body.ignored()).containsExactly("top_k");
        assertThat(body.loaded(media("text/plain", "a")).ignored())
                .containsExactly("top_k", "messages.0.content.0.image_url.detail");
        assertThat(body.loaded(media("image/png", "a")).ignored()).containsExactly("top_k");
    }

    @ParameterizedTest
    @CsvSource({"video/mp4", "audio/ogg", "application/zip"})
    void what_the_protocol_has_no_part_for_is_refused_by_its_field(String mimeType) {
        CompatBody body = body(picture(URL, ""));
        assertThatThrownBy(() -> body.loaded(media(mimeType, "a")))
                .isInstanceOfSatisfying(ApiException.class, refused -> {
                    assertThat(refused.error().status()).isEqualTo(400);
                    assertThat(refused.error().param()).isEqualTo("messages.0.content.0.image_url");
                    assertThat(refused.error().message()).contains(mimeType);
                });
    }

    @Test
    void a_released_media_file_is_an_internal_error() {
        CompatBody body = body(picture(URL, ""));
        CallMedia nothing = new CallMedia();
        assertThatThrownBy(() -> body.loaded(nothing)).isInstanceOfSatisfying(ApiException.class, gone -> assertThat(
                        gone.error().code())
                .isEqualTo(ErrorCode.INTERNAL_ERROR));
    }

    @Test
    void nothing_is_sent_before_it_is_loaded() {
        CompatBody body = body(picture(URL, ""));
        assertThatThrownBy(() -> body.body(null)).isInstanceOf(IllegalStateException.class);
    }
}
