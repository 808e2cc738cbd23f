package dev.tollgate.base.conversation;

import dev.tollgate.base.json.JsonText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a message's content. */
public sealed interface ContentPart {

    /** Returns the length of the texts as they came. */
    static long textLength(List<ContentPart> parts) {
        long length = 0;
        for (ContentPart part : parts) {
            length += part instanceof Text text ? text.text().length() : 0;
        }
        return length;
    }

    /** Returns whether one of the parts is not text. */
    static boolean hasMedia(List<ContentPart> parts) {
        for (ContentPart part : parts) {
            if (part instanceof Media) {
                return true;
            }
        }
        return false;
    }

    /** @param style in which a model that makes speech says it; null for its own */
    record Text(JsonText text, @Nullable JsonText style) implements ContentPart {

        public Text(JsonText text) {
            this(text, null);
        }

        public Text(String text) {
            this(JsonText.of(text));
        }
    }

    /**
     * Anything that is not text.
     *
     * @param place the field that holds it
     * @param named what the caller has named it
     * @param source where the bytes are
     * @param mimeType what the caller says that it is, lower case without parameters; null where nothing was said
     * @param detail {@code low} or {@code high}; null for {@code auto} or absent
     * @param video clipping and frame rate, by convention
     */
    record Media(
            Place place,
            Named named,
            Source source,
            @Nullable String mimeType,
            @Nullable String detail,
            @Nullable VideoMetadata video)
            implements ContentPart {

        /** Returns whether it stands where pictures and videos do; other files as well, since there is no other place for a URL. */
        public boolean isPicture() {
            return named == Named.PICTURE || named == Named.VIDEO;
        }
    }

    /** The kind that the field names. The bytes may be of another kind. */
    enum Named {
        PICTURE,
        VIDEO,
        SOUND,
        FILE
    }

    sealed interface Source {
        /** @param base64 standard alphabet, padded, without white space; the reader has made it so and checked it */
        record Inline(String base64) implements Source {}

        /** @param url http, https or gs, unchecked otherwise */
        record Remote(String url) implements Source {

            /** The media type that the suffix of the path stands for; null where it stands for none that is known. */
            public @Nullable String suffixType() {
                String path = url.split("[?#]", 2)[0];
                return MediaTypes.ofFilename(path.substring(path.lastIndexOf('/') + 1));
            }
        }
    }

    /** Offsets as Gemini writes durations ({@code 12s}); {@code fps} above 0, at most 24. */
    record VideoMetadata(
            @Nullable String startOffset,
            @Nullable String endOffset,
            @Nullable Double fps) {

        /** Returns whether more than a frame a second is looked at, which costs more than a video's length or bytes say. */
        public boolean isFast() {
            return fps != null && fps > 1;
        }
    }
}
