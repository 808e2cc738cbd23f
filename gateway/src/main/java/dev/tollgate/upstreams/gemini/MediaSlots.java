package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.upstreams.media.WantedMedium;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Keeps places for media while a body is written. One serves one request. */
final class MediaSlots {

    private static final String MEMBER = "inlineData";
    private static final int MEMBER_LENGTH = ("\"" + MEMBER + "\":null").length();

    /** The length in base64 characters above which media are not copied into the body, and may be uploaded instead. */
    static final int COPIED_CHARS_MAX = 64 * 1024;

    private static final int YOUTUBE_MAX = 10;

    private final JsonGenerator json;
    private final ByteArrayOutputStream out;
    private final List<DataSlot> slots = new ArrayList<>();
    private int videos;

    /** @param out what the generator writes to */
    MediaSlots(JsonGenerator json, ByteArrayOutputStream out) {
        this.json = json;
        this.out = out;
    }

    void add(DataSlot.Content content) {
        add(content, null);
    }

    /**
     * Writes a member of the generator's current object. The separator before it is not part of the place.
     *
     * @param name of the medium, which a function's response refers to; null if nothing does
     */
    void add(DataSlot.Content content, @Nullable String name) {
        json.writeNullProperty(MEMBER);
        json.flush();
        slots.add(new DataSlot(out.size() - MEMBER_LENGTH, out.size(), content, name));
    }

    /** Returns the first frame of a GIF, which replaces it: Gemini rejects GIF. It is decoded only after the caller is known to have a balance. */
    static DataSlot.Content frame(String param, String base64) {
        return new DataSlot.Loaded(new WantedMedium.Frame(param, base64));
    }

    /**
     * Counts a video of YouTube's that Gemini is to fetch.
     *
     * @throws dev.tollgate.base.error.ApiException a 400 where Gemini would refuse them as too many (protocol 1.8)
     */
    void countYouTube(ContentPart.Media part) {
        videos++;
        if (videos > YOUTUBE_MAX) {
            throw InlineMedia.refuse(
                    part, "is one more than the " + YOUTUBE_MAX + " YouTube videos that a request may name.");
        }
    }

    List<DataSlot> all() {
        return List.copyOf(slots);
    }
}
