package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.upstreams.media.CallMedia;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaBoundTest {

    private static final ContentPart.Source.Inline BYTES = new ContentPart.Source.Inline("AAAA".repeat(25_000));

    @Test
    void a_video_at_a_frame_a_second_is_bounded_by_its_bytes() {
        assertThat(bound(1.0)).isEqualTo(75_000 / 25 + 1).isEqualTo(bound(0.5)).isEqualTo(bound(null));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.01, 2, 24})
    void more_frames_a_second_than_the_bound_knows_count_as_a_video_of_unknown_length(double fps) {
        assertThat(bound(fps)).isGreaterThan(1_048_576);
    }

    private static long bound(Double fps) {
        ContentPart.VideoMetadata video = new ContentPart.VideoMetadata(null, null, fps);
        return MediaBound.tokens(
                new ContentPart.Media(Place.NONE, ContentPart.Named.FILE, BYTES, "video/mp4", null, video),
                new CallMedia());
    }
}
