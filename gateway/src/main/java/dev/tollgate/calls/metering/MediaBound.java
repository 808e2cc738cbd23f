package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.MediaTypes;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.media.Medium;
import org.jspecify.annotations.Nullable;

/**
 * Upper bounds of a media file's tokens, from its bytes alone (protocol 1.8). Uses the highest documented rates. A bit rate or page size below the
 * floors used here breaks the bound; the difference is then charged at settlement (D33).
 */
final class MediaBound {

    /** The most expensive image: a full page of tiles on 2.5, ULTRA_HIGH on 3. */
    private static final long IMAGE_TOKENS = 4_128;

    /** Bytes for one token of audio: 32 tokens a second, with speech of at least 6 kbit/s. */
    private static final long AUDIO_BYTES_PER_TOKEN = 23;

    /** Bytes for one token of video: 280 tokens a frame and 32 of sound each second, at no less than 64 kbit/s. */
    private static final long VIDEO_BYTES_PER_TOKEN = 25;

    /** Tokens of the largest document: 560 a page, a thousand pages. A page has at least half a kilobyte. */
    private static final long DOCUMENT_TOKENS_MAX = 560_000;

    /** Media of unknown length (a video on the Internet) count as the whole context. */
    private static final long UNKNOWN_TOKENS = Long.MAX_VALUE / 1_000_000;

    private MediaBound() {}

    /** @param loaded the downloaded media; media missing here are of unknown length */
    static long tokens(ContentPart.Media media, CallMedia loaded) {
        if (media.video() != null && media.video().isFast()) {
            return UNKNOWN_TOKENS; // VIDEO_BYTES_PER_TOKEN assumes one frame a second
        }
        return switch (media.source()) {
            case ContentPart.Source.Inline inline -> tokens(media.mimeType(), bytes(inline));
            case ContentPart.Source.Remote remote -> {
                Medium medium = loaded.get(remote.url());
                yield medium == null ? UNKNOWN_TOKENS : tokens(medium.mimeType(), medium.length());
            }
        };
    }

    /** Returns whether a file may hold sound: audio, video, and anything of unknown kind. */
    static boolean mayHaveAudio(ContentPart.Media media, CallMedia loaded) {
        String type =
                switch (media.source()) {
                    case ContentPart.Source.Inline inline -> media.mimeType();
                    case ContentPart.Source.Remote remote -> {
                        Medium medium = loaded.get(remote.url());
                        yield medium == null ? null : medium.mimeType();
                    }
                };
        return type == null || type.startsWith("audio/") || type.startsWith("video/");
    }

    /** Returns the bytes of all media that the request contains. */
    static long inlineBytes(PromptSize prompt) {
        return prompt.media().stream()
                .mapToLong(media -> media.source() instanceof ContentPart.Source.Inline inline ? bytes(inline) : 0)
                .sum();
    }

    private static long bytes(ContentPart.Source.Inline inline) {
        return inline.base64().length() / 4L * 3;
    }

    private static long tokens(@Nullable String mimeType, long bytes) {
        String type = mimeType == null ? "" : mimeType;
        if (type.startsWith("image/")) {
            return IMAGE_TOKENS;
        }
        if (type.startsWith("audio/")) {
            return bytes / AUDIO_BYTES_PER_TOKEN + 1;
        }
        if (type.startsWith("video/")) {
            return bytes / VIDEO_BYTES_PER_TOKEN + 1;
        }
        if (MediaTypes.textType(type) != null) {
            return bytes;
        }
        return Math.min(DOCUMENT_TOKENS_MAX, Math.max(IMAGE_TOKENS, bytes + 560));
    }
}
