package dev.tollgate.upstreams.media.kinds;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import dev.tollgate.upstreams.media.MediaLabel;
import dev.tollgate.upstreams.media.MediaRefused;
import dev.tollgate.upstreams.media.Recordings;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TracksTest {

    private static final byte[] VOICE = Recordings.webm(2);
    private static final byte[] SOUND = Recordings.mp4("iso5", "soun");

    private static @Nullable Boolean picture(MediaType type, byte[] bytes) {
        assertThat(MediaType.sniff(bytes)).isEqualTo(type);
        return Tracks.havePicture(type, Tracks.Bytes.of(bytes));
    }

    private static String labelled(byte[] bytes, @Nullable String said) throws MediaRefused {
        return MediaLabel.ofLabelled(Tracks.Bytes.of(bytes), said);
    }

    @Test
    void a_track_of_pictures_is_found_among_others() {
        assertThat(picture(MediaType.WEBM, VOICE)).isFalse();
        assertThat(picture(MediaType.WEBM, Recordings.webm(1))).isTrue();
        assertThat(picture(MediaType.WEBM, Recordings.webm(2, 2, 1))).isTrue();
        assertThat(picture(MediaType.MP4, SOUND)).isFalse();
        assertThat(picture(MediaType.MP4, Recordings.mp4("isom", "vide", "soun")))
                .isTrue();
        assertThat(picture(MediaType.MP4, Recordings.mp4("isom", "soun", "vide")))
                .isTrue();
        assertThat(picture(MediaType.MP4, Recordings.mp4WithTracksLast("soun"))).isFalse();
        assertThat(picture(MediaType.QUICKTIME, Recordings.mp4("qt  ", "soun"))).isFalse();
        assertThat(picture(MediaType.THREE_GPP, Recordings.mp4("3gp4", "vide"))).isTrue();
    }

    @Test
    void a_container_without_pictures_is_audio() throws MediaRefused {
        for (String said : new String[] {"video/webm", "audio/webm", null}) {
            assertThat(labelled(VOICE, said)).isEqualTo("audio/webm");
            assertThat(labelled(Recordings.webm(1), said)).isEqualTo("video/webm");
        }
        for (String said : new String[] {"video/mp4", "audio/mp4", null}) {
            assertThat(labelled(SOUND, said)).isEqualTo("audio/m4a");
            assertThat(labelled(Recordings.mp4("3gp4", "soun"), said)).isEqualTo("audio/m4a");
            assertThat(labelled(Recordings.mp4("isom", "vide"), said)).isEqualTo("video/mp4");
        }
    }

    @Test
    void the_label_decides_if_the_tracks_cannot_be_seen() throws MediaRefused {
        byte[] voice = Arrays.copyOf(VOICE, 250);
        byte[] sound = Arrays.copyOf(Recordings.mp4WithTracksLast("soun"), 9_000);
        byte[] first = Arrays.copyOf(Recordings.mp4("isom", "soun", "vide"), 500);
        for (byte[] webm : new byte[][] {voice, Arrays.copyOf(Arrays.copyOf(VOICE, 40), 400)}) {
            assertThat(labelled(webm, "audio/webm")).isEqualTo("audio/webm");
            assertThat(labelled(webm, "video/webm")).isEqualTo("video/webm");
            assertThat(labelled(webm, null)).isEqualTo("video/webm");
        }
        for (byte[] mp4 : new byte[][] {sound, first}) {
            assertThat(labelled(mp4, "audio/mp4")).isEqualTo("audio/m4a");
            assertThat(labelled(mp4, "video/mp4")).isEqualTo("video/mp4");
        }
    }

    @Test
    void broken_containers_end() {
        long seed = Effort.seed("tracks");
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            boolean isWebm = random.nextBoolean();
            byte[] bytes = (isWebm ? VOICE : SOUND).clone();
            for (int change = random.nextInt(8); change >= 0; change--) {
                bytes[64 + random.nextInt(700)] = (byte) random.nextInt(256);
            }
            MediaType type = isWebm ? MediaType.WEBM : MediaType.MP4;
            assertThat(Tracks.havePicture(type, Tracks.Bytes.of(bytes)))
                    .as("seed %s, %s", seed, i)
                    .isIn(true, false, null);
        }
    }
}
