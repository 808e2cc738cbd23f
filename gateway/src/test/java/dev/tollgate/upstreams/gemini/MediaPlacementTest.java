package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.testing.Await;
import dev.tollgate.testing.FilesUpstream;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.WantedMedium;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which media of a request go along in its body, and which are uploaded: as few as make it fit into 20 MB, the largest first. */
@Timeout(240)
class MediaPlacementTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final String PLAIN = "{\"a\":{}}";
    private static final int LARGE = 800_000;

    /** A tenth of what a program sends, since all of it goes through a hash. */
    private static final long LIMIT = GeminiMedia.BODY_BYTES_MAX / 10;

    private final FilesUpstream upstream = new FilesUpstream();
    private final FileUploads uploads = new FileUploads(
            new UploadProtocol(
                    new FarEnd(Outbound.direct(VERTX), upstream.url(), 16, Timeouts.DEFAULT),
                    new KeyAccess("upstream-key", false),
                    new GeminiErrors("upstream-key")),
            InstantSource.system());

    @AfterEach
    void close() {
        upstream.close();
    }

    @AfterAll
    static void closeVertx() {
        VERTX.close().await();
    }

    /** Media of this length in base64, a multiple of four. */
    private static InlineMedia medium(char kind, int chars) {
        return new InlineMedia("text/plain", String.valueOf(kind).repeat(chars));
    }

    private static GeminiBody body(InlineMedia... media) {
        List<DataSlot> slots = new ArrayList<>();
        for (InlineMedia one : media) {
            slots.add(new DataSlot(1, 1, new DataSlot.Inline(one), null));
        }
        return new GeminiBody(PLAIN.getBytes(StandardCharsets.US_ASCII), PLAIN.length(), List.of(), slots);
    }

    private MediaPlacement placement(GeminiBody body) {
        return placement(body, LIMIT);
    }

    private MediaPlacement placement(GeminiBody body, long uploadedAbove) {
        return new MediaPlacement(uploads, body, new CallMedia(), uploadedAbove);
    }

    private static List<PlacedMedium> placed(MediaPlacement placement) throws Exception {
        return placement.begin().get(30, TimeUnit.SECONDS);
    }

    @Test
    void what_fits_to_the_byte_goes_along_and_one_more_does_not() throws Exception {
        int fits = (int) GeminiMedia.BODY_BYTES_MAX - PLAIN.length();
        assertThat(fits % 4).isZero();
        InlineMedia whole = medium('A', fits);
        assertThat(placed(placement(body(whole), GeminiMedia.BODY_BYTES_MAX)))
                .containsExactly(new PlacedMedium.Text(whole));
        assertThat(upstream.requests()).isEmpty();
        assertThat(placed(placement(body(medium('A', fits + 4)), GeminiMedia.BODY_BYTES_MAX)))
                .singleElement()
                .isInstanceOf(PlacedMedium.Uploaded.class);
        assertThat(upstream.uploaded()).hasSize(1);
    }

    @Test
    void the_largest_is_uploaded_and_the_others_stay_in_their_places() throws Exception {
        InlineMedia small = medium('A', 4_000);
        InlineMedia larger = medium('B', 2 * LARGE);
        InlineMedia middle = medium('C', LARGE);
        List<PlacedMedium> placed = placed(placement(body(small, larger, middle)));
        assertThat(placed.get(0)).isEqualTo(new PlacedMedium.Text(small));
        assertThat(placed.get(1)).isInstanceOfSatisfying(PlacedMedium.Uploaded.class, file -> assertThat(
                        file.file().name())
                .isEqualTo("files/f1"));
        assertThat(placed.get(2)).isEqualTo(new PlacedMedium.Text(middle));
        assertThat(upstream.uploaded()).singleElement().satisfies(file -> assertThat(file.bytes())
                .isEqualTo(1_200_000));
    }

    @Test
    void a_name_that_a_response_refers_to_goes_with_its_medium() throws Exception {
        InlineMedia small = medium('A', 4);
        GeminiBody plain = body(small, medium('B', 3 * LARGE));
        List<DataSlot> named = plain.slots().stream()
                .map(slot -> new DataSlot(slot.from(), slot.to(), slot.content(), "图\".png"))
                .toList();
        List<String> bodies = new ArrayList<>();
        for (PlacedMedium placed : placed(placement(plain))) {
            GeminiBody one = new GeminiBody(
                    PLAIN.getBytes(StandardCharsets.US_ASCII), PLAIN.length(), List.of(), named.subList(0, 1));
            bodies.add(text(one.body(null, List.of(placed))));
        }
        assertThat(bodies.getFirst())
                .isEqualTo(
                        "{\"inlineData\":{\"mimeType\":\"text/plain\",\"data\":\"AAAA\",\"displayName\":\"图\\\".png\"}"
                                + PLAIN.substring(1));
        assertThat(bodies.getLast())
                .startsWith("{\"fileData\":{\"mimeType\":\"text/plain\",\"fileUri\":")
                .endsWith(",\"displayName\":\"图\\\".png\"}" + PLAIN.substring(1));
    }

    private static String text(OutgoingBody body) {
        StringBuilder text = new StringBuilder();
        for (OutgoingBody.Piece piece : body.pieces()) {
            text.append(
                    switch (piece) {
                        case OutgoingBody.Bytes it ->
                            new String(it.bytes(), it.from(), it.to() - it.from(), StandardCharsets.UTF_8);
                        case OutgoingBody.Ascii it -> it.text();
                        default -> throw new AssertionError(piece);
                    });
        }
        return text.toString();
    }

    @Test
    void as_many_are_uploaded_as_it_takes() throws Exception {
        List<PlacedMedium> placed = placed(placement(
                body(medium('A', 2 * LARGE), medium('B', 4_000), medium('C', 2 * LARGE + 4), medium('D', LARGE))));
        assertThat(placed.get(0)).isInstanceOf(PlacedMedium.Uploaded.class);
        assertThat(placed.get(1)).isInstanceOf(PlacedMedium.Text.class);
        assertThat(placed.get(2)).isInstanceOf(PlacedMedium.Uploaded.class);
        assertThat(placed.get(3)).isInstanceOf(PlacedMedium.Text.class);
    }

    @Test
    void everything_goes_along_where_there_are_no_files() throws Exception {
        InlineMedia huge = medium('A', 2_400_000);
        MediaPlacement placement = new MediaPlacement(null, body(huge), new CallMedia(), LIMIT);
        assertThat(placed(placement)).containsExactly(new PlacedMedium.Text(huge));
        assertThat(placement.forgetLost(new UpstreamFailure(Kind.REFUSED, null, "files/f1")))
                .isFalse();
    }

    @Test
    void only_files_lost_by_the_upstream_are_uploaded_again() throws Exception {
        GeminiBody body = body(medium('A', 2_400_000));
        MediaPlacement placement = placement(body);
        placed(placement);
        placed(placement(body));
        assertThat(upstream.uploaded()).hasSize(1);
        assertThat(placement.forgetLost(new UpstreamFailure(Kind.REFUSED, null, "of File f2 alone")))
                .isFalse();
        assertThat(placement.forgetLost(new UpstreamFailure(Kind.REFUSED, null, "no access to the File f1 or")))
                .isTrue();
        placed(placement(body));
        assertThat(upstream.uploaded()).hasSize(2);
    }

    @Test
    void an_upload_that_fails_fails_the_sending() {
        upstream.finalState = "FAILED";
        assertThatThrownBy(() -> placed(placement(body(medium('A', 2_400_000)))))
                .rootCause()
                .isInstanceOf(UploadFailed.class);
    }

    @Test
    void an_upload_that_its_sending_has_left_is_broken_off() {
        upstream.uploadMillis = 60_000;
        MediaPlacement placement = placement(body(medium('A', 2_400_000)));
        CompletableFuture<List<PlacedMedium>> sending = placement.begin();
        Await.until("the upload", () -> upstream.requests().size() == 2);
        placement.leave();
        assertThat(sending).failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void what_was_left_before_it_began_is_broken_off_too() {
        upstream.uploadMillis = 60_000;
        MediaPlacement placement = placement(body(medium('A', 2_400_000)));
        placement.leave();
        assertThat(placement.begin()).failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void a_medium_that_was_not_loaded_is_a_fault_of_ours() {
        WantedMedium wanted =
                new WantedMedium.Remote("messages.0", "https://far.example/a", new WantedMedium.Hint(null, true));
        GeminiBody body = new GeminiBody(
                PLAIN.getBytes(StandardCharsets.US_ASCII),
                PLAIN.length(),
                List.of(),
                List.of(new DataSlot(1, 1, new DataSlot.Loaded(wanted), null)));
        assertThatThrownBy(() -> placement(body).begin())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a medium is sent that was not loaded");
    }
}
