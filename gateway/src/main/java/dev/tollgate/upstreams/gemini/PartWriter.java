package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.connections.SentPrint;
import dev.tollgate.upstreams.media.GoogleUrl;
import dev.tollgate.upstreams.media.WantedMedium;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes single parts, and remembers the wanted media resolution where it is request-wide. One writer serves one request. */
final class PartWriter {

    private static final String HIGH = "MEDIA_RESOLUTION_HIGH";
    private static final String LOW = "MEDIA_RESOLUTION_LOW";

    private final JsonGenerator json;
    private final UpstreamModel model;
    private final MediaSlots slots;
    private final Set<String> buckets;
    private final Set<String> ignored;
    private final SentPrint print;
    private final Lease memory;
    private int high;
    private int low;
    private int media;

    /**
     * @param buckets of Google's storage that callers may name files of
     * @param ignored takes dotted names of what could not be expressed
     * @param memory charged for texts that are changed to UTF-8
     */
    PartWriter(
            JsonGenerator json,
            UpstreamModel model,
            MediaSlots slots,
            Set<String> buckets,
            Set<String> ignored,
            SentPrint print,
            Lease memory) {
        this.json = json;
        this.model = model;
        this.slots = slots;
        this.buckets = buckets;
        this.ignored = ignored;
        this.print = print;
        this.memory = memory;
    }

    static List<ContentPart.Media> media(List<ContentPart> parts) {
        return parts.stream()
                .filter(ContentPart.Media.class::isInstance)
                .map(ContentPart.Media.class::cast)
                .toList();
    }

    static JsonText joinedText(List<ContentPart> parts) {
        if (parts.size() == 1 && parts.getFirst() instanceof ContentPart.Text only) {
            return only.text();
        }
        return JsonText.joined(parts.stream()
                .filter(ContentPart.Text.class::isInstance)
                .map(part -> ((ContentPart.Text) part).text())
                .toList());
    }

    /** Empty texts are left out unless nothing else would be there: Gemini refuses a content without parts. */
    void texts(List<JsonText> texts) {
        boolean written = false;
        for (JsonText text : texts) {
            if (!text.isEmpty()) {
                text(text, null);
                written = true;
            }
        }
        if (!written) {
            text(JsonText.EMPTY, null);
        }
    }

    void all(List<ContentPart> parts) {
        boolean written = false;
        for (ContentPart part : parts) {
            switch (part) {
                case ContentPart.Text text when text.text().isEmpty() -> {}
                case ContentPart.Text text -> {
                    text(text.text(), null, text.style());
                    written = true;
                }
                case ContentPart.Media medium -> {
                    media(medium, null);
                    written = true;
                }
            }
        }
        if (!written) {
            text(JsonText.EMPTY, null);
        }
    }

    void text(JsonText text, @Nullable String signature) {
        text(text, signature, null);
    }

    private void text(JsonText text, @Nullable String signature, @Nullable JsonText style) {
        json.writeStartObject();
        json.writeName("text");
        text.write(json);
        if (style != null) {
            json.writeObjectPropertyStart("speechMetadata");
            json.writeName("style");
            style.write(json);
            json.writeEndObject();
        }
        if (signature != null) {
            json.writeStringProperty("thoughtSignature", signature);
        }
        json.writeEndObject();
    }

    /**
     * Returns whether what a model has made can be shown to it again: not what lies in one of Google's buckets that is not open to callers, and
     * not what no model reads, as the raw sound that some models make.
     */
    boolean isReadable(ContentPart.Media made) {
        return switch (made.source()) {
            case ContentPart.Source.Inline inline -> InlineMedia.isTaken(made, inline.base64());
            case ContentPart.Source.Remote remote ->
                !GoogleUrl.isStored(remote.url()) || RemoteMedia.isInOpenBucket(remote.url(), buckets);
        };
    }

    void media(ContentPart.Media part, @Nullable String signature) {
        json.writeStartObject();
        switch (part.source()) {
            case ContentPart.Source.Inline inline -> {
                InlineMedia medium = InlineMedia.of(part, inline.base64()).inUtf8(memory);
                noteFormat(part, medium);
                int copied = writeInline(part.place(), medium) ? medium.base64().length() : 0;
                print.add(part, copied);
            }
            case ContentPart.Source.Remote remote -> {
                writeRemote(part, remote);
                print.add(part, 0);
            }
        }
        writeResolution(part.detail());
        if (part.video() != null) {
            writeVideo(part.video());
        }
        if (signature != null) {
            json.writeStringProperty("thoughtSignature", signature);
        }
        json.writeEndObject();
    }

    /** The bytes decide; a word that they contradict has no effect. */
    private void noteFormat(ContentPart.Media part, InlineMedia medium) {
        if (part.named() == ContentPart.Named.SOUND && !medium.isAs(part.mimeType())) {
            ignored.add(part.place().path(Place.Member.FORMAT));
        }
    }

    /** @return whether it is copied into the body */
    private boolean writeInline(Place place, InlineMedia inline) {
        if (inline.isGif()) {
            slots.add(MediaSlots.frame(place.path(), inline.base64()));
            return false;
        }
        if (inline.base64().length() > MediaSlots.COPIED_CHARS_MAX) {
            slots.add(new DataSlot.Inline(inline));
            return false;
        }
        json.writeObjectPropertyStart("inlineData");
        json.writeStringProperty("mimeType", inline.mimeType());
        json.writeStringProperty("data", inline.base64());
        json.writeEndObject();
        return true;
    }

    private void writeRemote(ContentPart.Media part, ContentPart.Source.Remote remote) {
        RemoteMedia file = RemoteMedia.of(part, remote, buckets);
        if (file == null) {
            WantedMedium.Hint said = new WantedMedium.Hint(remote.suffixType(), part.isPicture());
            slots.add(new DataSlot.Loaded(new WantedMedium.Remote(part.place().path(), remote.url(), said)));
            return;
        }
        if (GoogleUrl.isYouTube(file.fileUri())) {
            slots.countYouTube(part);
        }
        json.writeObjectPropertyStart("fileData");
        if (file.mimeType() != null) {
            json.writeStringProperty("mimeType", file.mimeType());
        }
        json.writeStringProperty("fileUri", file.fileUri());
        json.writeEndObject();
    }

    private void writeResolution(@Nullable String detail) {
        media++;
        high += "high".equals(detail) ? 1 : 0;
        low += "low".equals(detail) ? 1 : 0;
        if (detail != null && model.mediaResolutionPerPart()) {
            json.writeObjectPropertyStart("mediaResolution");
            json.writeStringProperty("level", detail.equals("high") ? HIGH : LOW);
            json.writeEndObject();
        }
    }

    private void writeVideo(ContentPart.VideoMetadata video) {
        json.writeObjectPropertyStart("videoMetadata");
        if (video.startOffset() != null) {
            json.writeStringProperty("startOffset", video.startOffset());
        }
        if (video.endOffset() != null) {
            json.writeStringProperty("endOffset", video.endOffset());
        }
        if (video.fps() != null) {
            json.writeNumberProperty("fps", video.fps());
        }
        json.writeEndObject();
    }

    /**
     * Returns the {@code generationConfig.mediaResolution} after all parts are written (D22): one part that wants high decides;
     * low only where all want it, or others would suffer.
     */
    @Nullable
    String requestWideResolution() {
        if (model.mediaResolutionPerPart()) {
            return null;
        }
        return high > 0 ? HIGH : low > 0 && low == media ? LOW : null;
    }

    /** Returns whether a wish for low resolution could not be followed. */
    boolean ignoredDetail() {
        return !model.mediaResolutionPerPart() && low > 0 && !LOW.equals(requestWideResolution());
    }
}
